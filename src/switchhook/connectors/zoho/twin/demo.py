"""The twin as the demo runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .app import create_twin
from .config import TwinConfig, TwinUser
from .schema import PIPELINES
from .state import ZohoState


def demo_twin() -> "ZohoDemo":
    """A twin with its default account: two users, two pipelines, three own fields in each module."""
    return ZohoDemo()


class ZohoDemo:
    """See `switchhook.connectors.registry.CrmTwin`."""

    def __init__(self, config: TwinConfig | None = None) -> None:
        self.app = create_twin(config)
        state = self.app.state
        assert isinstance(state, ZohoState)  # noqa: S101 - create_twin gives no other
        self._state = state

    def credentials(self, url: str) -> Mapping[str, str]:
        """A signed-in account: client, and a refresh token that is good now."""
        config = self._state.config
        return {
            "client_id": config.client_id,
            "client_secret": config.client_secret,
            "refresh_token": self._state.tokens.good_refresh(config.scopes),
        }

    def settings(self, url: str) -> Mapping[str, Any]:
        """The twin's addresses in place of the vendor's, and what a set-up would choose."""
        pipeline, stages = next(iter(PIPELINES.items()))
        return {
            "accounts_url": url,
            "base_url": url,
            "edition": self._state.config.edition,
            "licences": self._state.config.licences,
            "lead_sources": ["Telephony", "google"],
            "won_stages": ["Closed Won", "Paid"],
            "lost_stages": ["Closed Lost", "Closed Lost to Competition", "Refused"],
            "default_pipeline": f"{pipeline} › {stages[0][0]}",
        }

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make the account's users these people; the first signed in."""
        users = tuple(
            TwinUser(name=name, email=email, administrator=not number) for number, (name, email) in enumerate(people)
        )
        self._state.configure(replace(self._state.config, users=users))
