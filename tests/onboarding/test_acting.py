"""An acted call goes the whole way of a real one, and is known for what it is."""

import httpx2
import pytest
from tests.hub import Hub, make_hub

from switchhook.calls.models import Call
from switchhook.connectors.base import RehearsedEvent
from switchhook.core.rehearsed import is_rehearsed
from switchhook.crm.models import Contact
from switchhook.delivery.models import Rehearsal
from switchhook.intake.models import RawEvent
from switchhook.missed.models import MissedClient
from switchhook.onboarding import acting
from switchhook.onboarding.acting import HEADER
from switchhook.onboarding.steps import came_from_outside
from switchhook.reports.counting import refresh
from switchhook.reports.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Hub:
    return make_hub()


def begin(hub: Hub, who: str = "Olena", *, writes: bool = True) -> Rehearsal:
    return acting.begin(
        hub.telephony,
        client="+380671234567",
        employee=hub.people.get(who),
        writes=[hub.crm.pk] if writes else [],
        user=None,
    )


class Post:
    """Stands for the way over HTTP: what was sent is stored as the intake stores it."""

    def __init__(self, hub: Hub, *closed: str) -> None:
        self.hub, self.closed, self.urls = hub, closed, list[str]()

    def __call__(self, url: str, event: RehearsedEvent, external_id: str) -> None:
        self.urls.append(url)
        if url.startswith(self.closed or ("nowhere",)):
            raise httpx2.ConnectError("connection refused")
        RawEvent.objects.create(
            connection=self.hub.telephony,
            received_at="2026-11-22T10:00:00Z",
            method="POST",
            content_type=event.content_type,
            query=event.query,
            headers={HEADER: external_id},
            body=event.body,
        )


def play(hub: Hub, rehearsal: Rehearsal) -> Post:
    post = Post(hub)
    while acting.act(rehearsal, "http://127.0.0.1:8000", post):
        hub.settle()
    hub.settle()
    return post


def test_an_answered_call_reaches_the_crm_it_may_write_to(hub: Hub) -> None:
    rehearsal = begin(hub)
    play(hub, rehearsal)
    call = Call.objects.get()
    assert (call.status, call.employee, call.client_number) == ("answered", hub.people["Olena"], "+380671234567")
    assert is_rehearsed(call.external_id)
    assert (rehearsal.acted, rehearsal.of) == (4, 4)
    assert Contact.objects.get().owner == hub.people["Olena"]


def test_a_missed_call_is_acted_without_anybody(hub: Hub) -> None:
    play(hub, begin(hub, "nobody"))
    assert (Call.objects.get().status, Call.objects.get().employee) == ("missed", None)


def test_nothing_is_written_where_nobody_said_so(hub: Hub) -> None:
    play(hub, begin(hub, writes=False))
    assert (Call.objects.count(), Contact.objects.count()) == (1, 0)


def test_its_events_are_not_taken_for_the_providers(hub: Hub) -> None:
    play(hub, begin(hub))
    assert (RawEvent.objects.count(), came_from_outside(hub.telephony).count()) == (4, 0)


def test_a_connection_of_another_project_cannot_be_written_to(hub: Hub) -> None:
    other = make_hub()
    assert acting.begin(hub.telephony, client="+1", employee=None, writes=[other.crm.pk], user=None).writes == []


def test_where_the_hub_does_not_hear_itself_the_public_address_is_tried(hub: Hub) -> None:
    post = Post(hub, "http://10.0.0.9")
    acting.act(begin(hub), "http://10.0.0.9:8000", post)
    assert [url.split("/in/")[0] for url in post.urls] == ["http://10.0.0.9:8000", "http://127.0.0.1:8000"]
    assert RawEvent.objects.count() == 1


def test_an_address_that_leads_nowhere_is_told(hub: Hub) -> None:
    rehearsal = begin(hub)
    assert acting.act(rehearsal, "http://10.0.0.9:8000", Post(hub, "http")) is False
    assert (rehearsal.error, rehearsal.acted) == ("connection refused", 0)


def test_an_acted_missed_call_stands_on_no_desk_and_in_no_report(hub: Hub) -> None:
    play(hub, begin(hub, "nobody"))
    assert Call.objects.get().status == "missed"
    assert not MissedClient.objects.exists()
    refresh(hub.project)
    assert not Entry.objects.exists()
