"""How the account is set up: users, own fields, funnels with their stages, sources. Read when asked for, once each."""

from collections.abc import Sequence
from functools import cached_property

from switchhook.connectors.base import Choice, CrmUser, Pipeline, Stage
from switchhook.core.mapping import CrmField
from switchhook.core.records import Kind

from .client import KeyCrmApi, Row

_PREFIXES = {Kind.CONTACT: "CT_", Kind.COMPANY: "CY_", Kind.DEAL: "LD_", Kind.ORDER: "OR_"}
_MODELS = {Kind.CONTACT: "client", Kind.COMPANY: "company", Kind.DEAL: "lead", Kind.ORDER: "order"}
_TEXTS = frozenset({"text", "textarea"})


class Setup:
    """One account's set-up, for the lifetime of this object."""

    def __init__(self, api: KeyCrmApi) -> None:
        self._api = api
        self._stages: dict[str, list[Row]] = {}

    def users(self) -> list[CrmUser]:
        """Everybody in the account; who is pending or blocked is not active."""
        return [
            CrmUser(
                id=str(row["id"]),
                name=str(row.get("full_name") or row.get("username") or row.get("email") or row["id"]),
                email=str(row.get("email") or ""),
                active=row.get("status") == "active",
            )
            for row in self._api.rows("/users")
        ]

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """The account's own fields of a kind, known by their model, else by the prefix of their uuid."""
        model, prefix = _MODELS.get(kind), _PREFIXES.get(kind)
        return [
            CrmField(
                kind=kind,
                name=str(row["uuid"]),
                label=str(row.get("name") or row["uuid"]),
                type="text" if row.get("type") in _TEXTS else str(row.get("type") or ""),
            )
            for row in self._fields
            if prefix and row.get("uuid") and (row.get("model") == model or str(row["uuid"]).startswith(prefix))
        ]

    @cached_property
    def _fields(self) -> list[Row]:
        return self._api.fields()

    @cached_property
    def _pipelines(self) -> list[Row]:
        return list(self._api.rows("/pipelines"))

    def pipelines(self) -> Sequence[Pipeline]:
        """The funnels, the one that KeyCRM takes by itself first."""
        return [
            Pipeline(
                id=str(row["id"]),
                name=str(row.get("name") or row["id"]),
                stages=tuple(
                    Stage(id=str(s["id"]), name=str(s.get("title") or s["id"]), closed=bool(s.get("is_final")))
                    for s in self.statuses(str(row["id"]))
                ),
            )
            for row in self._pipelines
        ]

    def statuses(self, pipeline: str) -> list[Row]:
        """The stages of one funnel."""
        if pipeline not in self._stages:
            self._stages[pipeline] = list(self._api.rows(f"/pipelines/{pipeline}/statuses"))
        return self._stages[pipeline]

    def status(self, id_: str) -> Row | None:
        """A stage by id, in whatever funnel."""
        every = (status for row in self._pipelines for status in self.statuses(str(row["id"])))
        return next((status for status in every if str(status["id"]) == id_), None)

    def first_status(self, pipeline: str) -> Row | None:
        """Where a card begins that is moved into a funnel."""
        return next((status for status in self.statuses(pipeline) if not status.get("is_final")), None)

    def is_final(self, status_id: object) -> bool:
        """Whether a stage ends its cards. Costs a request for each funnel, once."""
        found = self.status(str(status_id))
        return bool(found and found.get("is_final"))

    def sources(self) -> Sequence[Choice]:
        """Where cards and orders can come from."""
        rows = self._api.rows("/order/source")
        return [Choice(value=str(row["id"]), label=str(row.get("name") or row["id"])) for row in rows]
