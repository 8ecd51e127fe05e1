from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from tests.acme.installed import acme  # noqa: F401 - a fixture for all tests below
from tests.console.alert_rows import fill_working_time
from tests.factories import Desk, fill, make_user, open_desk

from switchhook.connections.models import Connection
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.projects.models import Role


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def pages(desk: Desk) -> dict[str, str]:
    """The address of every page that a viewer may open, on a project with one of everything."""
    fill_working_time(desk)
    made, root = fill(desk), f"/p/{desk.project.pk}/"
    found = {name: f"{root}crm/{name}/" for name in ("contacts", "companies", "leads", "deals", "orders", "tasks")}
    records = {f"one of {name}": f"{address}{made[name].pk}/" for name, address in found.items()}
    return {
        "overview": root,
        "check": f"{root}check/",
        **_calls(root, made["call"].pk),
        "board": f"{root}crm/deals/board",
        "events": f"{root}events/",
        "event": f"{root}events/{made['event'].pk}/",
        "deliveries": f"{root}deliveries/",
        "stopped calls": f"{root}deliveries/?tab=failed",
        **_set_up(desk, root),
        **_scenarios(f"{root}scenarios/{desk.crm.pk}/"),
        "ticket": f"{root}live-ticket",
        "pop-up": f"{root}popup/",
        "panel": f"{root}panel/",
        "contact book": f"{root}panel/?view=contacts&q=an",
        "chats of the panel": f"{root}panel/?view=chats",
        "reports": f"{root}reports/",
        "report file": f"{root}reports/people.csv",
        "palette": f"{root}palette/",
        "palette found": f"{root}palette/found?q=anna",
        **found,
        **records,
    }


def _calls(root: str, call: int) -> dict[str, str]:
    return {
        "calls": f"{root}calls/",
        "rows": f"{root}calls/rows?ids={call}",
        "call": f"{root}calls/{call}/",
        "missed": f"{root}missed/",
        "missed rows": f"{root}missed/rows",
        "settled": f"{root}missed/?tab=closed",
        "hidden callers": f"{root}missed/?tab=hidden",
    }


def _set_up(desk: Desk, root: str) -> dict[str, str]:
    return {
        "connections": f"{root}connections/",
        "telephony": f"{root}connections/{desk.telephony.pk}/",
        "crm": f"{root}connections/{desk.crm.pk}/",
        "employees": f"{root}employees/",
        "numbers": f"{root}numbers/",
        "settings": f"{root}settings/",
        "working time": f"{root}working-time/",
        "holidays": f"{root}working-time/holidays/",
        "absences": f"{root}absences/",
        "rules": f"{root}connections/{desk.crm.pk}/rules",
    }


def _scenarios(root: str) -> dict[str, str]:
    return {
        "scenario table": root,
        "scenario presets": f"{root}presets/",
        "scenario preset": f"{root}presets/nethunt",
        "scenario versions": f"{root}versions/",
        "scenario version": f"{root}versions/1",
        "scenario try": f"{root}try",
        "scenario try on calls": f"{root}try/calls?calls=50&table=nethunt",
    }


@dataclass(frozen=True, slots=True)
class Exchange:
    """The telephony provider's stand-in, with an account of its own."""

    config: TwinConfig
    url: str

    @property
    def project_id(self) -> str:
        return self.config.project_id

    @property
    def auth_key(self) -> str:
        return self.config.auth_key

    def connect(self, connection: Connection, auth_key: str = "") -> None:
        """Let a connection be one to this account, or to it with another key."""
        connection.settings = {"base_url": self.url}
        connection.credentials = {"project_id": self.project_id, "auth_key": auth_key or self.auth_key}
        connection.save()


@pytest.fixture(scope="session")
def served_exchange() -> Iterator[Exchange]:
    config = TwinConfig(project_id="7335144", auth_key="key-of-the-exchange")
    with run_in_thread(create_twin(config)) as running:
        yield Exchange(config, running.url)


@pytest.fixture
def exchange(served_exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    """The stand-in listens on loopback, which a hub does not call unless it is told that it may."""
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    return served_exchange


@pytest.fixture
def owner(desk: Desk) -> Client:
    return signed_in(desk, Role.OWNER)


@pytest.fixture
def viewer(desk: Desk) -> Client:
    return signed_in(desk, Role.VIEWER)


@pytest.fixture
def manager(desk: Desk) -> Client:
    return signed_in(desk, Role.MANAGER)


@pytest.fixture
def stranger(desk: Desk) -> Client:
    """Somebody who owns another project."""
    other = open_desk("Other")
    return signed_in(other, Role.OWNER)


@pytest.fixture
def lonely(db: None) -> Client:
    """A user of no project."""
    client = Client()
    client.force_login(make_user())
    return client


def signed_in(desk: Desk, role: Role) -> Client:
    client = Client()
    client.force_login(desk.members[role])
    return client
