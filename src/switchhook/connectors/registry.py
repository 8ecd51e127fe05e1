"""Which connectors are installed: entry points and manifests, read without importing any connector."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from switchhook.connectors.base import Account, Connect, CrmConnector, TelephonyConnector
from switchhook.core.errors import Misconfigured

GROUP = "switchhook.connectors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting of a connection, as a form draws it. `secret` fields are stored encrypted and never shown again.

    A field of `step` `connect` is asked for first and tested; one of `set_up` once the account can be reached, since it
    may be `loaded`: its choices come from the account (`CrmConnector.choices`), `after` those settings are known. Kind
    `choices` takes several of them, `lines` one text a line.
    """

    name: str
    label: str
    kind: Literal["text", "number", "flag", "choice", "choices", "lines"] = "text"
    secret: bool = False
    required: bool = True
    default: Any = None
    help: str = ""
    choices: tuple[str, ...] = ()
    step: Literal["connect", "set_up"] = "connect"
    loaded: bool = False
    after: tuple[str, ...] = ()


class DemoTwin(Protocol):
    """A vendor's stand-in as the demo runs it: an ASGI app, and how a connection to it is set up."""

    app: Any

    def credentials(self, url: str) -> Mapping[str, str]:
        """The credentials of an account at the twin that serves `url`."""

    def settings(self, url: str) -> Mapping[str, Any]:
        """The connection's settings, with the addresses of the twin."""


class TelephonyTwin(DemoTwin, Protocol):
    """The stand-in of a telephony vendor."""

    numbers: Sequence[str]

    def setup(self, webhook_url: str, forward_url: str) -> Mapping[str, Any]:
        """What to post to `/__twin__/configure` so that the twin reports to the hub."""

    def day(self) -> Sequence[Mapping[str, Any]]:
        """A day of calls, each a body for `/__twin__/play`."""


class CrmTwin(DemoTwin, Protocol):
    """The stand-in of a CRM vendor."""

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make the account's users these people, (name, e-mail) each; the first is its administrator."""


class SignIn(Protocol):
    """The vendor's own sign-in page (OAuth 2), for an account whose credentials are not typed in."""

    def address(self, account: Account, *, redirect_uri: str, state: str) -> str:
        """Where the admin's browser is sent. `account` holds what the form asked for. Raises Misconfigured."""

    def exchange(self, account: Account, *, answer: Mapping[str, str], redirect_uri: str) -> Mapping[str, str]:
        """The credentials that come of what the vendor sent the browser back with (its query), to be sealed.

        Raises AuthFailed where the admin or the vendor refused, else the errors of a request.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `connector.toml` says: `role` is `telephony` or `crm`.

    `twin` names the module of the package that offers the vendor's stand-in to the demo (`demo_twin()`). `local` marks
    a CRM that lives in the hub's own database: its look-ups cost no request, so they are always live. `sign_in` names
    the module of the package that is a `SignIn`, where the vendor has a sign-in page of its own. `webhook_steps` say
    where at the provider the webhook's address is pasted (English message ids). `panel_kinds` are the kinds of records
    by which the Smart Phone panel names a client, where these are not all: without one of them it offers nothing,
    neither to open nor to create.
    """

    slug: str
    title: str
    role: Literal["telephony", "crm"]
    package: str
    folder: Path
    summary: str = ""
    fields: tuple[Field, ...] = ()
    default_preset: str = ""
    local: bool = False
    twin: str = ""
    sign_in: str = ""
    webhook_steps: tuple[str, ...] = ()
    panel_kinds: tuple[str, ...] = ()

    def connect(self, account: Account) -> TelephonyConnector | CrmConnector:
        """Open an account; imports the connector on first use."""
        return cast("Connect", import_module(f"{self.package}.connector").connect)(account)

    def telephony_twin(self) -> TelephonyTwin:
        """The telephony vendor's stand-in. Raises Misconfigured where the connector ships none."""
        return cast("TelephonyTwin", self._twin())

    def crm_twin(self) -> CrmTwin:
        """The CRM vendor's stand-in. Raises Misconfigured where the connector ships none."""
        return cast("CrmTwin", self._twin())

    def _twin(self) -> object:
        if not self.twin:
            raise Misconfigured(f"The connector “{self.slug}” ships no twin.", field="twin")
        return import_module(f"{self.package}.{self.twin}").demo_twin()

    def sign_in_page(self) -> SignIn:
        """The vendor's sign-in. Raises Misconfigured where it has none."""
        if not self.sign_in:
            raise Misconfigured(f"{self.title} has no sign-in page; enter the credentials.", field="sign_in")
        return cast("SignIn", import_module(f"{self.package}.{self.sign_in}"))


@cache
def manifests() -> dict[str, Manifest]:
    """Every installed connector by slug. One whose folder is gone is gone too: deleting the folder removes it."""
    found = (_read(entry.name, entry.value) for entry in entry_points(group=GROUP))
    return {manifest.slug: manifest for manifest in sorted(filter(None, found), key=lambda manifest: manifest.slug)}


def manifest(slug: str) -> Manifest:
    """The manifest of one connector. Raises Misconfigured when it is not installed."""
    try:
        return manifests()[slug]
    except KeyError:
        raise Misconfigured(f"The connector “{slug}” is not installed.", field="connector") from None


def _read(slug: str, package: str) -> Manifest | None:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    data = tomllib.loads((folder / "connector.toml").read_text(encoding="utf-8"))
    fields = tuple(_field(item) for item in data.pop("fields", []))
    data["panel_kinds"] = tuple(data.get("panel_kinds", ()))
    steps = tuple(data.pop("webhook_steps", ()))
    return Manifest(slug=slug, package=package, folder=folder, fields=fields, webhook_steps=steps, **data)


def _field(item: Mapping[str, Any]) -> Field:
    return Field(**{**item, "choices": tuple(item.get("choices", ())), "after": tuple(item.get("after", ()))})
