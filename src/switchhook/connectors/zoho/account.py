"""The account itself: whether it works, who is in it, and what its settings can be set to."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from switchhook.connectors.base import Choice, CrmUser, Health
from switchhook.core.errors import Misconfigured, Rejected, Transient
from switchhook.core.mapping import CrmField
from switchhook.core.records import Kind

from .client import Row, ZohoApi
from .config import Config
from .limits import EDITIONS, at_once, credits_of
from .modules import MODULES
from .records import seconds_of
from .stages import Stages, active

_PICK_LISTS = {
    "lost_lead_statuses": (Kind.LEAD, "Lead_Status"),
    "lead_sources": (Kind.LEAD, "Lead_Source"),
    "task_open_status": (Kind.TASK, "Status"),
    "task_done_status": (Kind.TASK, "Status"),
}
_PHONES = {"contact_phones": Kind.CONTACT, "lead_phones": Kind.LEAD, "company_phones": Kind.COMPANY}
_STAGES = ("stage", "won_stages", "lost_stages")
_READ = (Kind.LEAD, Kind.DEAL, Kind.COMPANY, Kind.TASK, Kind.CALL)


class AccountPages:
    """What a person sets up. Lists of fields are read once."""

    def __init__(self, config: Config, api: ZohoApi, stages: Stages) -> None:
        self._config = config
        self._api = api
        self._stages = stages
        self._known: dict[str, list[Row]] = {}

    def check(self) -> Health:
        """Prove the sign-in by its user, and by a look-up. Raises AuthFailed, Misconfigured, Transient.

        All else is advice: where Zoho fails in the middle of it, the check has passed, and a remark says so.
        """
        user = next(self._api.users("CurrentUser"), {})
        if self._config.look_up == "coql":
            self._api.query("select id from Contacts where id is not null limit 0, 1")
        else:
            self._api.search("Contacts", {"word": "aa", "fields": "id"})
        name, remarks = str(user.get("full_name") or "Zoho CRM"), list[str]()
        try:
            organisation = self._organisation()
            name = str(organisation.get("company_name") or name)
            for advice in (self._unreadable(), self._edition(organisation), self._lengths(), self._settings()):
                remarks += advice
        except Transient as error:
            remarks.append(f"Zoho CRM did not answer everything, so there may be more to say: {error}")
        return Health(account_name=name, remarks=tuple(remarks))

    def _organisation(self) -> Row:
        """What the account says of itself; nothing where the sign-in does not open it."""
        try:
            return self._api.organisation()
        except (Misconfigured, Rejected):
            return {}

    def users(self) -> list[CrmUser]:
        """Everybody who is not deleted."""
        return [
            CrmUser(
                id=str(row["id"]),
                name=str(row.get("full_name") or row.get("last_name") or row.get("email") or row["id"]),
                email=str(row.get("email") or ""),
                active=row.get("status") == "active",
            )
            for row in self._api.users("AllUsers")
            if row.get("id") and row.get("status") != "deleted"
        ]

    def fields(self, kind: Kind) -> list[CrmField]:
        """The account's own fields that take a value through the interface."""
        if kind not in MODULES:
            return []
        return [
            CrmField(
                kind=kind,
                name=str(row["api_name"]),
                label=str(row.get("display_label") or row.get("field_label") or row["api_name"]),
                type="text" if is_text(row) else str(row.get("data_type") or "other"),
                writable=is_writable(row),
            )
            for row in self._fields(kind)
            if row.get("custom_field") and row.get("api_name")
        ]

    def choices(self, setting: str) -> list[Choice]:
        """What a setting can be set to in this account."""
        if setting == "layout":
            return [
                Choice(value=str(row["id"]), label=str(row.get("name"))) for row in active(self._api.layouts("Deals"))
            ]
        if setting in _STAGES:
            stages = {stage.id: stage.name for pipeline in self._stages.pipelines for stage in pipeline.stages}
            return [Choice(value=value, label=label) for value, label in stages.items()]
        if setting in _PHONES:
            rows = [row for row in self._fields(_PHONES[setting]) if row.get("data_type") == "phone"]
            names = ((str(row["api_name"]), str(row.get("display_label") or row["api_name"])) for row in rows)
            return [Choice(value=name, label=label) for name, label in names]
        if setting in _PICK_LISTS:
            return self._pick_list(*_PICK_LISTS[setting])
        return []

    def _pick_list(self, kind: Kind, name: str) -> list[Choice]:
        row = next((row for row in self._fields(kind) if row.get("api_name") == name), {})
        values = {
            str(item["actual_value"]): str(item.get("display_value") or item["actual_value"])
            for item in row.get("pick_list_values") or ()
            if item.get("actual_value") not in (None, "", "-None-")
        }
        return [Choice(value=value, label=label) for value, label in values.items()]

    def _fields(self, kind: Kind) -> list[Row]:
        module = MODULES[kind]
        if module not in self._known:
            self._known[module] = self._api.fields(module)
        return self._known[module]

    # --- remarks ------------------------------------------------------------------------------------------------------

    def _unreadable(self) -> Iterator[str]:
        """Modules and settings that the sign-in does not open, each by one small request."""
        probes: list[tuple[str, Callable[[], object]]] = [
            (MODULES[kind], partial(self._api.page, f"/{MODULES[kind]}", {"fields": "id", "per_page": 1}))
            for kind in _READ
        ]
        probes.append(("settings of fields", lambda: self._fields(Kind.LEAD)))
        probes.append(("layouts and pipelines", lambda: self._stages.pipelines))
        for name, probe in probes:
            try:
                probe()
            except (Misconfigured, Rejected) as error:
                yield f"Cannot read {name}: {error}"

    def _edition(self, organisation: Row) -> Iterator[str]:
        about = organisation.get("license_details")
        told = str(about.get("paid_type") or "") if isinstance(about, dict) else ""
        edition = EDITIONS.get(told, told)
        licences = about.get("users_license_purchased") if isinstance(about, dict) else None
        bought = licences if isinstance(licences, int) and licences > 0 else self._config.licences
        if not edition or (edition, bought) == (self._config.edition, self._config.licences):
            return
        with suppress(KeyError):
            allowed = f"{credits_of(edition, bought)} credits a day and {at_once(edition)} requests at once"
            yield f"Zoho says: edition {edition}, {bought} licences, so {allowed}. Enter them under “Edition”."

    def _lengths(self) -> Iterator[str]:
        """The newest call tells in which unit this account takes a call's length."""
        names = {"fields": "Call_Duration,Call_Duration_in_seconds", "per_page": 1}
        with suppress(Misconfigured, Rejected):
            for row in self._api.page("/Calls", names).rows:
                counted = row.get("Call_Duration_in_seconds")
                units = [unit for unit in ("mm:ss", "HH:mm") if seconds_of(row.get("Call_Duration"), unit) == counted]
                if counted and units and self._config.call_length not in units:
                    yield f"This account takes the length of a call as {units[0]}. Change “Length of a call”."

    def _settings(self) -> Iterator[str]:
        """Settings that name something which is no longer there."""
        wanted = {
            "won_stages": self._config.won_stages,
            "lost_stages": self._config.lost_stages,
            "lead_sources": self._config.lead_sources,
            "lost_lead_statuses": self._config.lost_lead_statuses,
            "task_open_status": (self._config.task_open_status,),
            "task_done_status": (self._config.task_done_status,),
            "layout": tuple(filter(None, (self._config.layout,))),
        }
        for name, values in wanted.items():
            with suppress(Misconfigured, Rejected):
                known = {choice.value for choice in self.choices(name)} if values else set()
                missing = [value for value in values if known and value not in known]
                if missing:
                    yield f"No longer in Zoho CRM, or renamed there: {', '.join(missing)} (setting {name})."


def is_writable(row: Row) -> bool:
    """Whether a field takes a value when a record is made and when it is changed."""
    how = row.get("operation_type")
    allowed = isinstance(how, dict) and how.get("api_create") and how.get("api_update")
    return (
        bool(allowed) and not row.get("field_read_only") and not row.get("virtual_field") and bool(row.get("visible"))
    )


def is_text(row: Row) -> bool:
    """Whether a field is a single line of text: tags have the same type, and are lists."""
    return row.get("data_type") == "text" and row.get("json_type") == "string"
