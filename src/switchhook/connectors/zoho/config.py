"""What a Zoho CRM connection is configured with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from switchhook.connectors.base import Account
from switchhook.core.errors import Misconfigured
from switchhook.core.records import Kind

from .places import PLACES, place_of

JOINT = " › "
"""Between a pipeline and the stage in which deals enter it: together they are its id, so that a create asks nothing."""

DEFAULT_PHONES = {
    Kind.CONTACT: ("Phone", "Mobile", "Other_Phone", "Home_Phone"),
    Kind.LEAD: ("Phone", "Mobile"),
    Kind.COMPANY: ("Phone",),
}
_CHOICES = {
    "data_center": tuple(PLACES),
    "look_up": ("coql", "search"),
    "call_length": ("mm:ss", "HH:mm"),
    "unanswered_outgoing": ("outbound", "missed"),
    "outgoing_status_field": ("none", "Outgoing_Call_Status", "Outbound_Call_Status"),
    "edition": ("free", "standard", "professional", "enterprise", "ultimate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The names are the manifest's. `api_url` is the override, "" where the token's own address counts.

    `fixed` are values that new records of a module get, by module and field. `entry_stages` are open.
    A kind without `phones` is not searched by number.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    grant_code: str = field(default="", repr=False)
    accounts_url: str
    api_url: str = ""
    default_api: str = ""
    web_url: str = ""
    look_up: str = "coql"
    search_delay: float = 60.0
    phones: Mapping[Kind, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT_PHONES))
    layout: str = ""
    stage: str = ""
    entry_stages: frozenset[str] = frozenset()
    closing_days: int = 30
    won_stages: tuple[str, ...] = ()
    lost_stages: tuple[str, ...] = ()
    lost_lead_statuses: tuple[str, ...] = ()
    lead_company: str = ""
    lead_sources: tuple[str, ...] = ()
    visit_in_description: bool = True
    task_open_status: str = "Not Started"
    task_done_status: str = "Completed"
    call_length: str = "mm:ss"
    unanswered_outgoing: str = "outbound"
    outgoing_status_field: str = "none"
    recording_field: str = ""
    fixed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    run_workflows: bool = True
    edition: str = "standard"
    licences: int = 1

    @classmethod
    def of(cls, account: Account) -> Self:
        """The configuration in `account`; credentials and settings are looked through alike. Raises Misconfigured."""
        values = {**account.settings, **account.credentials}
        accounts, default_api, web = _addresses(values)
        return cls(
            client_id=_required(values, "client_id"),
            client_secret=_required(values, "client_secret"),
            refresh_token=_text(values.get("refresh_token")),
            grant_code=_text(values.get("grant_code")),
            accounts_url=accounts,
            api_url=_text(values.get("base_url")).rstrip("/"),
            default_api=default_api,
            web_url=web,
            **_look_up(values),
            **_deals_and_leads(values),
            **_activities(values),
            fixed=_fixed(values),
            run_workflows=_flag(values, "run_workflows", default=True),
            edition=_choice(values, "edition", "standard"),
            licences=_number(values, "licences", 1),
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be told."""
        return tuple(text for text in (self.client_secret, self.refresh_token, self.grant_code) if text)


def _addresses(values: Mapping[str, Any]) -> tuple[str, str, str]:
    """Accounts server, interface by the table, pages for people."""
    override, api = _address(values, "accounts_url"), _address(values, "base_url")
    signed_in = _text(values.get("accounts_server")).rstrip("/")
    place = PLACES[_choice(values, "data_center", "eu")]
    if signed_in and not override:
        place = place_of(signed_in) or place
    web = _address(values, "web_url") or f"{api or place.web}/crm"
    return override or place.accounts, "" if override else place.api, web


def _look_up(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {Kind.CONTACT: "contact_phones", Kind.LEAD: "lead_phones", Kind.COMPANY: "company_phones"}
    return {
        "look_up": _choice(values, "look_up", "coql"),
        "search_delay": float(_number(values, "search_delay", 60)),
        "phones": {
            kind: DEFAULT_PHONES[kind] if values.get(name) is None else _texts(values[name])
            for kind, name in names.items()
        },
    }


def _deals_and_leads(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "layout": _text(values.get("layout")),
        "stage": _text(values.get("stage")),
        "entry_stages": _entry_stages(values),
        "closing_days": _number(values, "closing_days", 30),
        "won_stages": _texts(values.get("won_stages")),
        "lost_stages": _texts(values.get("lost_stages")),
        "lost_lead_statuses": _texts(values.get("lost_lead_statuses")),
        "lead_company": _text(values.get("lead_company")),
        "lead_sources": _texts(values.get("lead_sources")),
        "visit_in_description": _flag(values, "visit_in_description", default=True),
    }


def _entry_stages(values: Mapping[str, Any]) -> frozenset[str]:
    """The stages in which the connection's own pipelines begin: they are open without asking."""
    rules = values.get("pipeline_rules")
    named = [rule.get("pipeline") for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []
    ids = [_text(name) for name in (values.get("default_pipeline"), *named)]
    return frozenset({_text(values.get("stage")), *(id_.partition(JOINT)[2] for id_ in ids)} - {""})


def _activities(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task_open_status": _text(values.get("task_open_status")) or "Not Started",
        "task_done_status": _text(values.get("task_done_status")) or "Completed",
        "call_length": _choice(values, "call_length", "mm:ss"),
        "unanswered_outgoing": _choice(values, "unanswered_outgoing", "outbound"),
        "outgoing_status_field": _choice(values, "outgoing_status_field", "none"),
        "recording_field": _text(values.get("recording_field", "Voice_Recording__s")),
    }


def _fixed(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in _texts(values.get("fixed_values")):
        place, sign, value = line.partition("=")
        module, dot, name = place.strip().partition(".")
        if not (sign and dot and module and name and value.strip()):
            raise Misconfigured(
                f"“{line}” is not of the form Module.Field = value, for example Leads.Company = Unknown.",
                field="fixed_values",
            )
        found.setdefault(module.strip(), {})[name.strip()] = value.strip()
    return found


def _required(values: Mapping[str, Any], name: str) -> str:
    value = _text(values.get(name))
    if not value or not value.isascii() or not value.isprintable():
        raise Misconfigured(f"Zoho CRM needs the setting {name}.", field=name)
    return value


def _choice(values: Mapping[str, Any], name: str, default: str) -> str:
    value = _text(values.get(name)) or default
    if value not in _CHOICES[name]:
        raise Misconfigured(f"{name} is one of {', '.join(_CHOICES[name])}, not “{value}”.", field=name)
    return value


def _number(values: Mapping[str, Any], name: str, default: int) -> int:
    value = values.get(name)
    try:
        number = default if value in (None, "") else int(float(str(value)))
    except (ValueError, OverflowError):
        raise Misconfigured(f"{name} is a number, not “{value}”.", field=name) from None
    if number < 0:
        raise Misconfigured(f"{name} cannot be negative.", field=name)
    return number


def _flag(values: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = values.get(name)
    if value in (None, ""):
        return default
    return value if isinstance(value, bool) else str(value).strip().lower() in {"1", "true", "on", "yes"}


def _address(values: Mapping[str, Any], name: str) -> str:
    value = _text(values.get(name)).rstrip("/")
    try:
        usable = not value or (urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname))
    except ValueError:
        usable = False
    if not usable:
        raise Misconfigured("The address must begin with https:// and name a host.", field=name)
    return value


def _texts(value: Any) -> tuple[str, ...]:
    items = value.splitlines() if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(dict.fromkeys(text for item in items if (text := _text(item))))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
