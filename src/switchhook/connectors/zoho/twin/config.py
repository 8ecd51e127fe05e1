"""The account that the twin pretends to be."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self
from zoneinfo import ZoneInfo

ALL_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoSearch.securesearch.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.bulk.ALL",
    "ZohoCRM.change_owner.CREATE",
)
_ONE_OF = {
    "phone_match": ("digits", "literal"),
    "unknown_fields": ("reject", "ignore"),
    "failed_write_status": (400, 202),
    "unknown_id_status": (204, 400),
    "call_length": ("mm:ss", "HH:mm"),
    "limit_body": ("TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"),
    "edition": ("free", "standard", "professional", "enterprise", "ultimate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinUser:
    """A user of the account; `status` is active, inactive, disabled or deleted."""

    name: str
    email: str
    status: str = "active"
    administrator: bool = False


DEFAULT_USERS = (
    TwinUser(name="Olena Kovalenko", email="acme_olena@example.com", administrator=True),
    TwinUser(name="Piotr Nowak", email="acme_piotr@example.com"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinConfig:
    """Everything that can be set, by constructor and by `POST /__twin__/configure`.

    index_delay        seconds until the search knows what was written
    phone_match        how `phone=` compares: `digits` (contained) or `literal` (equal text)
    unknown_fields     a field nobody has: `reject`ed or `ignore`d
    failed_write_status, unknown_id_status   where the vendor's documentation says two things
    company_mandatory  whether the layout of leads wants a company
    pipelines_on       whether deals have pipelines
    call_length        the unit of Call_Duration
    unique             fields that the administrator made unique, by module
    custom             single-line fields of the account's own, by module
    missing            fields that this account has not, by module
    limited            whether credits and requests at once are counted; `credits` overrides the edition's number
    limit_body         which of the two bodies a 429 has
    latency            seconds that every request takes
    paged              the record after which a list wants a page token; `token_reach` the last that a token reaches
    notes_for_all      whether the list of all notes may be read (it is for administrators)
    """

    client_id: str = "1000.TWINCLIENT"
    client_secret: str = "twin-client-secret"  # noqa: S105 - of a stand-in
    company: str = "Acme"
    time_zone: str = "Europe/Kyiv"
    users: tuple[TwinUser, ...] = DEFAULT_USERS
    scopes: tuple[str, ...] = ALL_SCOPES
    edition: str = "enterprise"
    licences: int = 10
    index_delay: float = 5.0
    phone_match: str = "digits"
    unknown_fields: str = "reject"
    failed_write_status: int = 400
    unknown_id_status: int = 204
    company_mandatory: bool = False
    pipelines_on: bool = True
    call_length: str = "mm:ss"
    unique: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(
            ("Leads", "Contacts", "Deals", "Accounts"), ("UTM_Source", "UTM_Campaign", "Visitor")
        )
    )
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limited: bool = True
    credits: int | None = None
    limit_body: str = "TOO_MANY_REQUESTS"
    latency: float = 0.0
    paged: int = 2000
    token_reach: int = 100_000
    notes_for_all: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The signed-in user's time zone, in which answers tell the time."""
        return ZoneInfo(self.time_zone)

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same configuration with some names set from JSON values. Raises TypeError or ValueError on bad ones."""
        values = dict(changes)
        if "users" in values:
            values["users"] = tuple(TwinUser(**user) for user in values["users"])
        if "scopes" in values:
            values["scopes"] = tuple(values["scopes"])
        for name in ("unique", "custom", "missing"):
            if name in values:
                values[name] = {module: tuple(names) for module, names in values[name].items()}
        config = replace(self, **values)
        config.validate()
        return config

    def validate(self) -> None:
        """Raises ValueError (or ZoneInfoNotFoundError, a KeyError) when the account could not exist."""
        for name, allowed in _ONE_OF.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(map(str, allowed))}")
        if not self.users:
            raise ValueError("an account has at least one user")
        ZoneInfo(self.time_zone)

    def as_json(self) -> dict[str, Any]:
        """All values, the secret included: a twin has no real secrets."""
        return asdict(self)

    @classmethod
    def names(cls) -> list[str]:
        """What can be configured."""
        return [one.name for one in fields(cls)]
