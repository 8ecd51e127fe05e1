"""What a twin is like: its account, and how it behaves where the vendor publishes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinConfig:
    """A KeyCRM account.

    api_key              the key that its owner would copy from the settings
    link_token           the secret part of the telephony service's webhook link
    account              the sub-domain of the account's pages
    users                (name, e-mail) of the people in the account, the first its owner
    internal_numbers     (internal number, e-mail): the telephony service's tab "Employee numbers"
    pipelines_enabled    False: every route of the pipelines answers 400
    requests_per_minute  for one key; 0 switches the limit off
    put_delay            seconds after which an accepted PUT (202) is carried out
    call_delay           seconds after which a call that was reported shows in the call history
    phone_match          `buyer_phone` compares the stored text (`exact`) or only its digits (`digits`)
    known_phone          a new buyer with a known number: a second (`new`), the one there is (`join`), 422 (`error`)
    missing_client       a card of a buyer who is no more is refused with 403 (`error`) or gets a new one (`new`)
    card_as_page         one card is answered as a page with one item, as the description says
    finished_flag        a card's `is_finished` as a truth value (`truth`), as text (`text`), or null (`missing`)
    comment_on_put       a PUT of a card takes `manager_comment` too
    live_extras          answers carry `pipeline_id` of a card and `manager_id` of a buyer, as live ones were seen to
    order                rows of a list by id: `asc` or `desc`
    link_answer          the webhook link answers `json` or `empty`
    """

    api_key: str = "kc-twin-0f6b8c1d2e3a4b5c6d7e8f90"
    link_token: str = "kl-twin-71c2a94e55d04c0b9f1a"  # noqa: S105 - a twin has no real secrets
    account: str = "acme"
    users: tuple[tuple[str, str], ...] = (
        ("Olena Kovalenko", "acme_olena@example.com"),
        ("Piotr Nowak", "acme_piotr@example.com"),
    )
    internal_numbers: tuple[tuple[str, str], ...] = ()
    pipelines_enabled: bool = True
    requests_per_minute: int = 60
    put_delay: float = 2.0
    call_delay: float = 0.0
    phone_match: Literal["exact", "digits"] = "exact"
    known_phone: Literal["new", "join", "error"] = "new"
    missing_client: Literal["error", "new"] = "error"
    card_as_page: bool = False
    finished_flag: Literal["truth", "text", "missing"] = "truth"
    comment_on_put: bool = True
    live_extras: bool = False
    order: Literal["asc", "desc"] = "desc"
    link_answer: Literal["json", "empty"] = "json"

    @classmethod
    def names(cls) -> frozenset[str]:
        """What can be configured."""
        return frozenset(field.name for field in fields(cls))

    def changed(self, values: Mapping[str, Any]) -> Self:
        """This configuration with `values` (JSON) in place. Raises TypeError on a name or a list it does not know."""
        lists = {"users", "internal_numbers"}
        pairs: dict[str, Any] = {
            name: tuple((str(a), str(b)) for a, b in values[name]) for name in lists & values.keys()
        }
        return replace(self, **{**values, **pairs})

    def as_json(self) -> dict[str, Any]:
        """All names with their values."""
        return {name: getattr(self, name) for name in sorted(self.names())}
