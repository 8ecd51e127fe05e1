"""The Pipedrive company that the twin pretends to be, and how it behaves where the vendor does not say."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

SCOPES = (
    "base",
    "contacts:full",
    "leads:full",
    "deals:full",
    "activities:full",
    "users:read",
    "search:read",
    "phone-integration",
    "deal-fields:full",
    "contact-fields:full",
)
VISIT_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
PEOPLE = (("Olena Kovalenko", "acme_olena@example.com"), ("Piotr Nowak", "acme_piotr@example.com"))
PLANS: Mapping[str, tuple[int, int, int]] = {
    "lite": (1, 20, 80),
    "growth": (2, 40, 160),
    "premium": (5, 100, 400),
    "ultimate": (7, 120, 480),
}
"""Plan: factor of the daily budget, requests in two seconds with a personal token, and with OAuth."""

DAILY_BASE = 30_000


def field_code(kind: str, name: str) -> str:
    """The 40-character key of a custom field; the same in every twin, as it never is at the vendor."""
    return hashlib.sha1(f"{kind}:{name}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinConfig:
    """Everything that can be set, by constructor and by `POST /__twin__/configure`.

    `phone_match` is how a search term meets a stored number: by `digits` within it, as `literal` text within it, or
    `exact`. New records are found by search after `index_delay` seconds. `create_status` is what v2 says to a create.
    `updated_since_skips_new`: whether records that were never changed are left out by `updated_since`;
    `leads_updated_since`: whether leads know of it at all.
    `missing_link_status` answers a link to a record that is not there. `conversion` is how a lead's conversion ends,
    after `conversion_polls` looks at it. `burst_retry_after`: whether a 429 of the burst limit names a time.
    `html_403_after` refusals for the burst limit the next ones are a web page with status 403 (0: never).
    """

    company: str = "Acme"
    company_domain: str = "acme"
    api_token: str = "twin0123456789abcdef0123456789abcdef0123"  # noqa: S105 - of a twin
    client_id: str = "twin-client"
    client_secret: str = "twin-client-secret"  # noqa: S105 - of a twin
    token_seconds: int = 3599
    scopes: tuple[str, ...] = SCOPES
    plan: str = "premium"
    seats: int = 5
    limits: bool = True
    phone_match: Literal["digits", "literal", "exact"] = "digits"
    index_delay: float = 0.0
    create_status: int = 200
    updated_since_skips_new: bool = False
    leads_updated_since: bool = True
    missing_link_status: int = 404
    conversion: Literal["completed", "failed", "rejected"] = "completed"
    conversion_polls: int = 2
    burst_retry_after: bool = False
    html_403_after: int = 0
    daily_headers: bool = True
    sanitize_notes: bool = True
    due_time_seconds: bool = False
    v1_below_api: bool = False
    call_logs_for_others: bool = True

    @property
    def daily(self) -> int:
        """Tokens a day."""
        return DAILY_BASE * PLANS[self.plan][0] * self.seats

    def burst(self, *, oauth: bool) -> int:
        """Requests in two seconds."""
        return PLANS[self.plan][2 if oauth else 1]

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same with some names set from JSON values. Raises TypeError or ValueError on bad ones."""
        values = dict(changes)
        if "scopes" in values:
            values["scopes"] = tuple(str(scope) for scope in values["scopes"])
        config = replace(self, **values)
        if config.plan not in PLANS:
            raise ValueError(f"plan is one of {', '.join(PLANS)}")
        return config

    def as_json(self) -> dict[str, Any]:
        """All values, the secrets included: a twin has no real ones."""
        return asdict(self)
