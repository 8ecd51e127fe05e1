"""What a Ringostat connection is configured with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from switchhook.connectors.base import Account
from switchhook.core.errors import Misconfigured

BASE_URL = "https://api.ringostat.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`plain_hosts` may serve recordings over http."""

    project_id: str
    auth_key: str = field(repr=False)
    base_url: str = BASE_URL
    plain_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, account: Account) -> Self:
        """The configuration in `account`; credentials and settings are looked through alike. Raises Misconfigured."""
        values = {**account.settings, **account.credentials}
        base_url = _text(values.get("base_url")) or BASE_URL
        hosts = {host.strip().lower() for host in _text(values.get("recording_hosts")).split(",") if host.strip()}
        return cls(
            project_id=_required(values, "project_id"),
            auth_key=_required(values, "auth_key"),
            base_url=base_url,
            plain_hosts=frozenset({*hosts, _host(base_url)}),
        )


def name_map(account: Account) -> dict[str, str]:
    """The connection's name map, the customer's parameter name to ours; entries of other shapes are ignored."""
    names = account.settings.get("names")
    if not isinstance(names, Mapping):
        return {}
    return {key: value for key, value in names.items() if isinstance(key, str) and isinstance(value, str)}


def _required(values: Mapping[str, object], name: str) -> str:
    value = _text(values.get(name))
    if not value or not value.isascii() or not value.isprintable():
        raise Misconfigured(f"Ringostat needs the setting {name}.", field=name)
    return value


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError as error:
        raise Misconfigured("The API address cannot be read.", field="base_url") from error
