"""What a Pipedrive connection is configured with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from switchhook.connectors.base import Account
from switchhook.core.errors import Misconfigured

BASE_URL = "https://api.pipedrive.com"
OAUTH_URL = "https://oauth.pipedrive.com"
PLANS = ("lite", "growth", "premium", "ultimate")
LANGUAGES = ("en", "uk", "pl", "ru")
VISIT_TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "client_id")
FIELD_OWNERS = ("person", "deal")
"""Who has fields for visit tags; leads have the fields of deals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Either `api_token` or `client_id`, `client_secret` and `refresh_token` are there; the token goes first.

    `visit_fields` gives the code of a field by its owner (`person`, `deal`) and tag. `web` is the origin of the pages
    of records, empty where it is not known.
    """

    api_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    base_url: str = BASE_URL
    oauth_url: str = OAUTH_URL
    web: str = ""
    plan: str = "lite"
    seats: int = 1
    call_type: str = "call"
    task_type: str = "task"
    call_logs: bool = False
    make_visit_fields: bool = False
    visit_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spellings: bool = False
    sync_minutes: float = 15.0
    language: str = "en"

    @classmethod
    def of(cls, account: Account) -> Self:
        """The configuration in `account`; credentials and settings are looked through alike. Raises Misconfigured."""
        values = {**account.settings, **account.credentials}
        base_url = _url(values, "base_url", BASE_URL)
        config = cls(
            **_secrets(values),
            base_url=base_url,
            oauth_url=_url(values, "oauth_url", OAUTH_URL),
            web=_web(text_of(values.get("company_domain")), base_url),
            plan=_one_of(values, "plan", PLANS),
            seats=max(int(_number(values, "seats", 1)), 1),
            call_type=text_of(values.get("call_type")) or "call",
            task_type=text_of(values.get("task_type")) or "task",
            call_logs=_one_of(values, "call_record", ("activity", "call_log")) == "call_log",
            make_visit_fields=values.get("make_visit_fields") in (True, "true", "on", "1"),
            visit_fields=_visit_fields(values.get("visit_fields")),
            spellings=_one_of(values, "phone_search", ("national", "spellings")) == "spellings",
            sync_minutes=max(_number(values, "sync_minutes", 15), 0.0),
            language=_one_of(values, "language", LANGUAGES),
        )
        config.check_credentials()
        return config

    @property
    def oauth(self) -> bool:
        """Whether requests go out with an access token."""
        return not self.api_token

    def check_credentials(self) -> None:
        """Raises Misconfigured where neither way of signing in is complete."""
        if self.api_token:
            return
        if not self.client_id and not self.client_secret and not self.refresh_token:
            raise Misconfigured("Enter the API token, or sign in with OAuth.", field="api_token")
        for name in ("client_id", "client_secret", "refresh_token"):
            if not getattr(self, name):
                raise Misconfigured(f"Signing in with OAuth needs {name}.", field=name)


def _secrets(values: Mapping[str, Any]) -> dict[str, str]:
    found = {name: text_of(values.get(name)) for name in ("api_token", "client_id", "client_secret", "refresh_token")}
    for name, value in found.items():
        if not value.isascii() or not (value.isprintable() or not value):
            raise Misconfigured(f"{name} holds signs that it cannot have.", field=name)
    return found


def text_of(value: object) -> str:
    """A setting as text, trimmed; None is empty."""
    return "" if value is None else str(value).strip()


def _url(values: Mapping[str, Any], name: str, default: str) -> str:
    return (text_of(values.get(name)) or default).rstrip("/")


def _one_of(values: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = text_of(values.get(name)) or known[0]
    if value not in known:
        raise Misconfigured(f"{name} is one of {', '.join(known)}.", field=name)
    return value


def _number(values: Mapping[str, Any], name: str, default: float) -> float:
    try:
        return float(text_of(values.get(name)) or default)
    except ValueError:
        raise Misconfigured(f"{name} must be a number.", field=name) from None


def _web(domain: str, base_url: str) -> str:
    """`acme`, `acme.pipedrive.com` and a whole address name the same company."""
    if domain:
        host = (urlsplit(domain if "//" in domain else f"https://{domain}").hostname or "").lower()
        return f"https://{host if '.' in host else f'{host}.pipedrive.com'}"
    parts = urlsplit(base_url)
    return "" if base_url == BASE_URL or not parts.netloc else f"{parts.scheme}://{parts.netloc}"


def _visit_fields(value: Any) -> dict[str, dict[str, str]]:
    """Entries `owner:tag:code`; of two for one tag the first counts."""
    fields: dict[str, dict[str, str]] = {owner: {} for owner in FIELD_OWNERS}
    entries = value.splitlines() if isinstance(value, str) else value or ()
    for entry in entries:
        owner, _, rest = text_of(entry).partition(":")
        tag, _, code = rest.partition(":")
        if owner not in fields or tag not in VISIT_TAGS or not code:
            raise Misconfigured(f"“{entry}” is not a field for a visit tag; choose again.", field="visit_fields")
        fields[owner].setdefault(tag, code)
    return fields
