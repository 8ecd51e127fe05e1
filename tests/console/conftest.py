import pytest
from django.test import Client
from tests.factories import Desk, fill, make_user, open_desk

from switchhook.projects.models import Role


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def pages(desk: Desk) -> dict[str, str]:
    """The address of every page that a viewer may open, on a project with one of everything."""
    made, root = fill(desk), f"/p/{desk.project.pk}/"
    found = {name: f"{root}crm/{name}/" for name in ("contacts", "companies", "leads", "deals", "orders", "tasks")}
    records = {f"one of {name}": f"{address}{made[name].pk}/" for name, address in found.items()}
    return {
        "overview": root,
        "calls": f"{root}calls/",
        "call": f"{root}calls/{made['call'].pk}/",
        "board": f"{root}crm/deals/board",
        "events": f"{root}events/",
        "event": f"{root}events/{made['event'].pk}/",
        "deliveries": f"{root}deliveries/",
        "stopped calls": f"{root}deliveries/?tab=failed",
        "connections": f"{root}connections/",
        "telephony": f"{root}connections/{desk.telephony.pk}/",
        "crm": f"{root}connections/{desk.crm.pk}/",
        "employees": f"{root}employees/",
        "numbers": f"{root}numbers/",
        "rows": f"{root}calls/rows?ids={made['call'].pk}",
        "ticket": f"{root}live-ticket",
        **found,
        **records,
    }


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
