"""Which stages of deals are won, lost or open, and which one a new deal begins in."""

from collections.abc import Sequence
from functools import cached_property

from switchhook.connectors.base import Pipeline, Stage

from .client import Row, ZohoApi
from .config import JOINT, Config

WON = frozenset({"Closed Won"})
LOST = frozenset({"Closed Lost", "Closed Lost to Competition", "Closed-Lost to Competition"})
OPEN = frozenset(
    {
        *("Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers", "Identify Decision Makers"),
        *("Proposal/Price Quote", "Negotiation/Review"),
    }
)
"""Zoho's own stages, which need no look into the account."""

FIRST = "Qualification"


class Stages:
    """The stages of one account; its pipelines are read once, and only for a stage that nothing else tells about."""

    def __init__(self, config: Config, api: ZohoApi) -> None:
        self._config = config
        self._api = api
        self._entries = set(config.entry_stages)

    def status(self, stage: object) -> str:
        """`open`, `won` or `lost`."""
        name = str(stage or "")
        won, lost = self._config.won_stages, self._config.lost_stages
        if won or lost:
            return "won" if name in won else "lost" if name in lost else "open"
        if not name or name in OPEN or name in self._entries:
            return "open"
        if name in WON or name in LOST:
            return "won" if name in WON else "lost"
        return self._learned.get(name, "open")

    def closing(self, status: str) -> str:
        """The stage that a won or lost deal is put into."""
        names = (self._config.won_stages or tuple(WON)) if status == "won" else self._config.lost_stages
        return names[0] if names else "Closed Lost"

    def entry(self, pipeline: str, stage: str) -> tuple[str, str]:
        """Pipeline and stage of a new deal, "" for no pipeline.

        `pipeline` is the id of one of `pipelines()`, its bare name, or "".
        """
        name, _joint, first = pipeline.partition(JOINT)
        self._entries |= {first} - {""}
        first = stage or (first if _joint else "") or self._config.stage
        if name and first:
            return name, first
        held = next((one for one in self.pipelines if not name or one.name == name), None)
        if held is None:
            return name, first or FIRST
        return name or held.name, first or held.id.partition(JOINT)[2]

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """The pipelines of the chosen layout of deals (else of the first active one), the default first."""
        rows = sorted(self._rows, key=lambda row: not row.get("default"))
        return tuple(_pipeline(row) for row in rows)

    @cached_property
    def _rows(self) -> Sequence[Row]:
        layout = self._config.layout or next(iter(active(self._api.layouts("Deals"))), {}).get("id", "")
        return self._api.pipelines(str(layout)) if layout else []

    @cached_property
    def _learned(self) -> dict[str, str]:
        forecasts = {str(one.get("actual_value")): _forecast(one) for row in self._rows for one in _maps(row)}
        return {name: status for name, status in forecasts.items() if status}


def active(layouts: Sequence[Row]) -> list[Row]:
    """The layouts that are in use."""
    return [layout for layout in layouts if layout.get("status", "active") == "active"]


def _pipeline(row: Row) -> Pipeline:
    name = str(row.get("actual_value") or row.get("display_value") or "")
    ordered = sorted(_maps(row), key=lambda one: one.get("sequence_number") or 0)
    stages = tuple(
        Stage(
            id=str(one.get("actual_value") or ""),
            name=str(one.get("display_value") or one.get("actual_value") or ""),
            closed=_forecast(one) != "open",
        )
        for one in ordered
    )
    first = next((stage.id for stage in stages if not stage.closed), FIRST)
    return Pipeline(id=f"{name}{JOINT}{first}", name=name, stages=stages)


def _maps(row: Row) -> list[Row]:
    maps = row.get("maps")
    return [one for one in maps if isinstance(one, dict)] if isinstance(maps, list) else []


def _forecast(stage: Row) -> str:
    said = str(stage.get("forecast_type") or "").lower()
    return "won" if "won" in said else "lost" if "lost" in said else "open"
