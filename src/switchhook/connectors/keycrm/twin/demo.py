"""The twin as the demo runs it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from .app import create_twin
from .config import TwinConfig
from .state import KeyCrmState

DEMO_REQUESTS = 600
"""A minute. A day of calls that is played in a minute would otherwise take as long as the vendor's 60 allow."""


def demo_twin() -> "KeyCrmDemo":
    """An account with two users, two pipelines, two sources and a telephony service of the kind "Other"."""
    return KeyCrmDemo()


class KeyCrmDemo:
    """See `switchhook.connectors.registry.CrmTwin`."""

    def __init__(self, config: TwinConfig | None = None) -> None:
        self._config = config or TwinConfig(requests_per_minute=DEMO_REQUESTS)
        self.app = create_twin(self._config)
        self._state = cast("KeyCrmState", self.app.state)

    def credentials(self, url: str) -> Mapping[str, str]:
        """The API key, and the link on which the account's telephony service listens."""
        link = f"{url}/telephony/webhook?token={self._config.link_token}"
        return {"api_key": self._config.api_key, "service_link": link}

    def settings(self, url: str) -> Mapping[str, Any]:
        """The twin's address in place of the vendor's, a source, and nobody's number for calls that reached nobody."""
        return {
            "base_url": f"{url}/v1",
            "requests_per_minute": self._config.requests_per_minute or DEMO_REQUESTS,
            "fallback_internal_number": "300",
            "source_id": "5",
            "account": self._config.account,
        }

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make the account's users these people, also after a reset; internal numbers are 301, 302 and on."""
        self._state.build_with(people)
