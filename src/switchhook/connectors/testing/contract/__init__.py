"""The promises of `CrmConnector`, a module for each part of them; `testing.crm` puts them together.

The first sentence of a class is the claim that `switchhook connector check` prints.
"""

import pytest

# Before they are imported, so that a failing assertion shows its values wherever the suite is inherited.
pytest.register_assert_rewrite(
    *(f"{__name__}.{part}" for part in ("account", "reading", "writing", "links", "finding", "errors", "feed"))
)
