"""The Hypothesis profiles, and the folder of the prepared database.

The database server of the tests comes from `switchhook.embedded.pytest_plugin` (see pyproject.toml).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from tests.prepared import PLACE

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

if PLACE not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="switchhook-prepared-"))
    folder.chmod(0o711)
    os.environ[PLACE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
