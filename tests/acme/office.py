"""The one Acme account of a test: what it holds, whom it lets in, what fails."""

from dataclasses import dataclass, field

from switchhook.connectors.base import Choice, CrmUser, Pipeline, Stage
from switchhook.core.errors import AuthFailed, SwitchhookError
from switchhook.core.mapping import CrmField
from switchhook.core.records import Kind

USERS = [
    CrmUser(id="u1", name="Olena Kovalenko", email="OLENA@acme.example"),
    CrmUser(id="u2", name="Nowak Piotr", email="p.nowak@acme.example"),
    CrmUser(id="u3", name="Former Colleague", email="gone@acme.example", active=False),
]
FIELDS = [
    CrmField(kind=Kind.CONTACT, name="cf_source", label="Ad source"),
    CrmField(kind=Kind.CONTACT, name="cf_campaign", label="Campaign"),
    CrmField(kind=Kind.CONTACT, name="cf_age", label="Age", type="number"),
    CrmField(kind=Kind.DEAL, name="cf_keyword", label="Keyword"),
    CrmField(kind=Kind.DEAL, name="cf_locked", label="Locked", writable=False),
]
PIPELINES = [
    Pipeline(id="p1", name="Main", stages=(Stage(id="s1", name="New"),)),
    Pipeline(id="p2", name="Context ads", stages=(Stage(id="s2", name="New"),)),
]
CHOICES = {
    "folder": {"": [Choice(value="f1", label="Clients"), Choice(value="f2", label="Partners")]},
    "phone_field": {
        "f1": [Choice(value="phone", label="Phone"), Choice(value="mobile", label="Mobile")],
        "f2": [Choice(value="tel", label="Telephone")],
    },
    "layout": {"": [Choice(value="l1", label="Standard")]},
    "stage": {"": [Choice(value="s1", label="New")], "l1": [Choice(value="s1", label="New")]},
    "archive": {"": [Choice(value="a1", label="Old clients")]},
    "archive_field": {"a1": [Choice(value="n", label="Note")]},
    "call_types": {"": [Choice(value="call", label="Call"), Choice(value="meeting", label="Meeting")]},
}


@dataclass
class Office:
    """`keys` are let in; `failing` is raised by every request while it is set; `requests` counts them."""

    keys: set[str] = field(default_factory=lambda: {"good-key", "good-refresh"})
    codes: dict[str, str] = field(default_factory=lambda: {"good-code": "good-refresh"})
    users: list[CrmUser] = field(default_factory=lambda: list(USERS))
    fields: list[CrmField] = field(default_factory=lambda: list(FIELDS))
    pipelines: list[Pipeline] = field(default_factory=lambda: list(PIPELINES))
    failing: SwitchhookError | None = None
    requests: list[str] = field(default_factory=list)

    def admit(self, key: str, request: str) -> None:
        """One request."""
        self.requests.append(request)
        if self.failing:
            raise self.failing
        if key not in self.keys:
            raise AuthFailed("invalid key")

    def reset(self) -> None:
        """As new."""
        self.__init__()  # type: ignore[misc]  # the same object is known everywhere


OFFICE = Office()
