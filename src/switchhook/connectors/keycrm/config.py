"""What a KeyCRM connection is configured with."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

from switchhook.connectors.base import Account
from switchhook.core.errors import Misconfigured

BASE_URL = "https://openapi.keycrm.app/v1"
REQUESTS_PER_MINUTE = 60
_TELLING = 10
"""Parts of the link that are shorter are words, not secrets."""

_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`service_link` is "" where calls are not reported; `source_id` None where cards name no source."""

    api_key: str = field(repr=False)
    service_link: str = field(default="", repr=False)
    fallback_internal_number: str = ""
    source_id: int | None = None
    comments_to: Literal["buyer", "card"] = "buyer"
    account: str = ""
    requests_per_minute: int = REQUESTS_PER_MINUTE
    base_url: str = BASE_URL

    @classmethod
    def of(cls, account: Account) -> Self:
        """The configuration in `account`; credentials and settings are looked through alike. Raises Misconfigured."""
        values = {**account.settings, **account.credentials}
        return cls(
            api_key=_key(values),
            service_link=_link(_text(values.get("service_link"))),
            fallback_internal_number=_text(values.get("fallback_internal_number")),
            source_id=_number(values, "source_id"),
            comments_to="card" if _text(values.get("comments_to")) == "card" else "buyer",
            account=_sub_domain(_text(values.get("account"))),
            requests_per_minute=_number(values, "requests_per_minute") or REQUESTS_PER_MINUTE,
            base_url=_text(values.get("base_url")) or BASE_URL,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show: the key, and the link whole and in each part that can be its secret one."""
        link = urlsplit(self.service_link)
        parts = [*link.path.split("/"), *(value for _name, value in parse_qsl(link.query))]
        return (self.api_key, self.service_link, link.query, *(part for part in parts if len(part) >= _TELLING))

    @property
    def digest(self) -> str:
        """Names the account without telling its key."""
        return hashlib.sha256(f"{self.base_url} {self.api_key}".encode()).hexdigest()

    @property
    def page_url(self) -> str:
        """The address of the account's own pages, "" where its name is not known."""
        return f"https://{self.account}.keycrm.app/app" if self.account else ""


def _key(values: Mapping[str, object]) -> str:
    key = _text(values.get("api_key"))
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Misconfigured(
            "KeyCRM needs its API key: one word, as it stands in the account's settings.", field="api_key"
        )
    return key


def _link(link: str) -> str:
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        said = "The webhook link of the telephony service must be a whole address that begins with https://."
        raise Misconfigured(said, field="service_link")
    return link


def _sub_domain(text: str) -> str:
    """`acme` of `acme`, `acme.keycrm.app` or the address of any page there."""
    host = text.lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    name = host.partition(".")[0]
    if name and not _ACCOUNT.fullmatch(name):
        raise Misconfigured(
            "The account name is the first part of your KeyCRM address: acme in acme.keycrm.app.", field="account"
        )
    return name


def _number(values: Mapping[str, object], name: str) -> int | None:
    text = _text(values.get(name)).removesuffix(".0")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise Misconfigured(f"The setting {name} must be a whole number above zero.", field=name)
    return int(text)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
