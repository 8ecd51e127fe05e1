"""The twin as the demo runs it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from .app import create_twin
from .config import VISIT_FIELDS, TwinConfig, field_code
from .state import PipedriveState


def demo_twin() -> "PipedriveDemo":
    """A twin with two users and no records."""
    return PipedriveDemo()


class PipedriveDemo:
    """See `switchhook.connectors.registry.CrmTwin`."""

    def __init__(self) -> None:
        self._config = TwinConfig()
        self.app = create_twin(self._config)

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make these the company's users; the first owns the token."""
        cast("PipedriveState", self.app.state).hire(people)

    def credentials(self, url: str) -> Mapping[str, str]:
        """The personal token."""
        return {"api_token": self._config.api_token}

    def settings(self, url: str) -> Mapping[str, Any]:
        """The twin's addresses in place of the vendor's, and its fields for the tags of a visit."""
        fields = [f"{kind}:{name}:{field_code(kind, name)}" for kind in ("person", "deal") for name in VISIT_FIELDS]
        visit = [*fields, *(f"{kind}:client_id:{field_code(kind, 'client_id')}" for kind in ("person", "deal"))]
        return {
            "base_url": url,
            "oauth_url": url,
            "plan": self._config.plan,
            "seats": self._config.seats,
            "sync_minutes": 0,
            "visit_fields": visit,
        }
