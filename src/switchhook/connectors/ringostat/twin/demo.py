"""The twin as the demo runs it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .app import create_twin
from .config import TwinConfig

_GOOGLE = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
_FACEBOOK = {"utm_source": "facebook", "utm_medium": "paid", "utm_campaign": "autumn"}

# Minutes before now, scenario, client, and what is special about the call.
_DAY: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (470, "incoming-answered", "+380671234567", {"employee": "acme_olena", "utm": _GOOGLE}),
    (455, "incoming-missed", "+380501112233", {"utm": _FACEBOOK}),
    (430, "incoming-answered", "+48601234567", {"employee": "acme_piotr", "utm": _GOOGLE}),
    (405, "outgoing-answered", "+380671234567", {"employee": "acme_olena"}),
    (380, "incoming-answered", "+380671234567", {"employee": "acme_piotr"}),
    (350, "incoming-transferred", "+380931234567", {"employee": "acme_olena", "transfer_to": "acme_piotr"}),
    (320, "incoming-hidden", "+380671234567", {}),
    (300, "incoming-unknown-employee", "+380661112244", {}),
    (270, "incoming-voicemail", "+380732130001", {"utm": _FACEBOOK}),
    (240, "incoming-queue", "+380732130002", {}),
    (200, "callback", "+380732130003", {"employee": "acme_piotr", "utm": _GOOGLE}),
    (170, "outgoing-missed", "+380501112233", {"employee": "acme_piotr"}),
    (140, "incoming-missed", "+380671234567", {}),
    (110, "ai-analysis", "+380732130004", {"employee": "acme_olena", "layout": "nested"}),
    (80, "late-recording", "+380732130005", {"employee": "acme_piotr", "layout": "classic", "encoding": "form"}),
    (55, "internal", "+380671234567", {"employee": "acme_olena"}),
    (30, "incoming-busy", "+380732130006", {}),
    (12, "incoming-answered", "+380732130001", {"employee": "acme_olena"}),
)


def demo_twin() -> "RingostatDemo":
    """A twin with its default project: five employees, two numbers."""
    return RingostatDemo()


class RingostatDemo:
    """See `switchhook.connectors.registry.TelephonyTwin`."""

    def __init__(self) -> None:
        # Slow enough for a person to see how a click becomes a call.
        self._config = TwinConfig(callback_ring=2.0, callback_talk=5.0)
        self.app = create_twin(self._config)
        self.numbers: Sequence[str] = self._config.numbers

    def credentials(self, url: str) -> Mapping[str, str]:
        """Project id and Auth-key."""
        return {"project_id": self._config.project_id, "auth_key": self._config.auth_key}

    def settings(self, url: str) -> Mapping[str, Any]:
        """The twin's addresses in place of the vendor's."""
        return {"base_url": url}

    def setup(self, webhook_url: str, forward_url: str) -> Mapping[str, Any]:
        """Where events go, and who is asked during routing."""
        return {"webhook_url": webhook_url, "forward_url": forward_url}

    def day(self) -> Sequence[Mapping[str, Any]]:
        """A working day that ended a few minutes ago."""
        return list(_plays(datetime.now().astimezone()))


def _plays(now: datetime) -> Iterator[dict[str, Any]]:
    for minutes, scenario, client, special in _DAY:
        at = now - timedelta(minutes=minutes)
        yield {"scenario": scenario, "client": client, "at": at.isoformat(timespec="seconds"), **special}
