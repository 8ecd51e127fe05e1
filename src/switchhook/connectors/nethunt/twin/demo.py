"""The twin as the demo runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from switchhook.connectors.testing.twin import Twin

from .app import PREFIX, create_twin
from .config import TwinConfig
from .state import NetHuntState

_KINDS = {"contacts": "contact", "companies": "company", "deals": "deal", "tasks": "task"}


def demo_twin() -> "NetHuntDemo":
    """A workspace from the English template."""
    return NetHuntDemo()


class NetHuntDemo:
    """See `switchhook.connectors.registry.CrmTwin`."""

    def __init__(self, config: TwinConfig | None = None) -> None:
        self.app: Twin = create_twin(config)
        state = self.app.state
        assert isinstance(state, NetHuntState)  # noqa: S101 - it has just been made
        self._state = state

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make these the workspace's members; the key is the first one's."""
        config = self._state.config
        self._state.configure(replace(config, members=tuple(people), email=people[0][1]))

    def credentials(self, url: str) -> Mapping[str, str]:
        """E-mail and key."""
        return {"email": self._state.config.email, "api_key": self._state.config.api_key}

    def settings(self, url: str) -> Mapping[str, Any]:
        """The twin's address, and what its folders and fields are for."""
        return {"base_url": url + PREFIX, **settings_for(self._state.config)}


def settings_for(config: TwinConfig) -> dict[str, Any]:
    """What an admin would set for the workspace: every folder, every field with a role, the members."""
    found: dict[str, Any] = {f"{folder.key}_folder": folder.id for folder in config.folders}
    for folder in config.folders:
        kind = _KINDS[folder.key]
        found |= {f"{kind}_{one.role}": one.name for one in folder.fields if one.role}
        stages = next((one.options for one in folder.fields if one.role == "stage"), ())
        if stages:
            found["deal_new_stage"] = stages[0]
            found |= {"deal_won_stages": [stages[-2]], "deal_lost_stages": [stages[-1]]}
    return {**found, "managers": [f"{name} <{email}>" for name, email in config.members]}
