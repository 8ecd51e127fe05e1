"""What each operation costs: the fewest requests that NetHunt's interface allows."""

from collections.abc import Callable

import pytest

from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.tests.account import OTHER_PHONE, PHONE
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.registry import manifest
from switchhook.core.clock import utc_now
from switchhook.core.records import Draft, Kind, Record

FIND, CREATE = "GET find-record", "POST create-record"


@pytest.fixture
def contact(twin: TwinAt, crm: NetHunt) -> Record:
    """A contact with a deal."""
    made = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]}), mark="swh-1")
    crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(made.ref,)), mark="swh-2")
    return made


def spent(twin: TwinAt, work: Callable[[], object]) -> list[str]:
    """The requests that `work` sends."""
    before = len(twin.asked())
    work()
    return twin.asked()[before:]


def test_opening_an_account_asks_nothing(twin: TwinAt, crm: NetHunt) -> None:
    assert crm.capabilities.kinds
    assert twin.asked() == []


def test_a_number_nobody_has_costs_a_request_for_each_folder_with_numbers(twin: TwinAt, crm: NetHunt) -> None:
    assert spent(twin, lambda: crm.find_by_phone(PHONE)) == [FIND, FIND]


def test_companies_without_a_phone_field_cost_nothing(crm_at: Callable[..., tuple[NetHunt, TwinAt]]) -> None:
    crm, twin = crm_at(settings={"company_phone": ""})
    assert spent(twin, lambda: crm.find_by_phone(PHONE)) == [FIND]


def test_a_known_number_costs_one_more_for_its_deals(twin: TwinAt, crm: NetHunt, contact: Record) -> None:
    assert spent(twin, lambda: crm.find_by_phone(PHONE)) == [FIND, FIND, FIND]


def test_without_a_folder_of_deals_a_known_number_costs_no_more(
    crm_at: Callable[..., tuple[NetHunt, TwinAt]],
) -> None:
    crm, twin = crm_at(settings={"deals_folder": "", "company_phone": ""})
    crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]}), mark="")
    assert spent(twin, lambda: crm.find_by_phone(PHONE)) == [FIND]


@pytest.mark.parametrize(
    ("kind", "values", "request_"),
    [
        (Kind.CONTACT, {"name": "A", "phones": [PHONE], "utm": {"utm_source": "google"}}, CREATE),
        (Kind.COMPANY, {"name": "A"}, CREATE),
        (Kind.DEAL, {"title": "A"}, CREATE),
        (Kind.TASK, {"subject": "A", "due_at": "2026-11-23T10:00:00+00:00"}, CREATE),
        (Kind.COMMENT, {"text": "A"}, "POST create-comment"),
        (Kind.CALL, {"direction": "in", "talk_seconds": 5}, "POST create-call-log"),
    ],
)
def test_making_a_record_costs_one_request(
    twin: TwinAt, crm: NetHunt, contact: Record, kind: Kind, values: dict[str, object], request_: str
) -> None:
    links = () if kind in {Kind.CONTACT, Kind.COMPANY} else (contact.ref,)
    assert spent(twin, lambda: crm.create(Draft(kind=kind, values=values, links=links), mark="swh-3")) == [request_]


def test_a_change_costs_one_request(twin: TwinAt, crm: NetHunt, contact: Record) -> None:
    assert spent(twin, lambda: crm.update(contact.ref, {"utm": {"utm_source": "g"}})) == ["POST update-record"]


def test_a_change_that_is_answered_in_part_costs_a_read(crm_at: Callable[..., tuple[NetHunt, TwinAt]]) -> None:
    crm, twin = crm_at(update_answer="changed")
    made = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]}), mark="")
    assert spent(twin, lambda: crm.update(made.ref, {"name": "B"})) == ["POST update-record", FIND]


def test_finding_what_a_lost_request_made_costs_one_request(twin: TwinAt, crm: NetHunt, contact: Record) -> None:
    lost = Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [OTHER_PHONE]})
    assert spent(twin, lambda: crm.find_made(lost, "swh-9", since=utc_now())) == ["GET new-record"]
    call = Draft(kind=Kind.CALL, values={}, links=(contact.ref,))
    assert spent(twin, lambda: crm.find_made(call, "swh-9", since=utc_now())) == ["GET new-call-log"]


def test_the_first_reading_costs_two_requests_a_folder(twin: TwinAt, crm: NetHunt, contact: Record) -> None:
    def read() -> None:
        cursor, more = "", True
        while more:
            page = crm.changes(cursor)
            cursor, more = page.cursor, page.more

    asked = spent(twin, read)
    assert asked.count("GET new-record") == len(asked) <= 6


def test_where_nothing_happened_the_feed_costs_one_request_a_folder(
    twin: TwinAt, crm: NetHunt, contact: Record
) -> None:
    cursor = ""
    for _ in range(5):
        cursor = crm.changes(cursor).cursor
    assert spent(twin, lambda: crm.changes(cursor)) == ["GET record-change"] * 3


def test_all_choices_of_the_settings_cost_two_requests_and_one_a_folder(twin: TwinAt, crm: NetHunt) -> None:
    settings = [field.name for field in manifest("nethunt").fields if field.loaded]
    assert len(spent(twin, lambda: [crm.choices(name) for name in settings])) == 2 + 4


def test_a_new_client_who_was_answered_costs_the_search_the_contact_and_the_call(twin: TwinAt, crm: NetHunt) -> None:
    """The preset's dearest row, with numbers in contacts and companies."""

    def branch() -> None:
        assert list(crm.find_by_phone(PHONE)) == []
        values = {"name": PHONE, "phones": [PHONE], "source": "Telephony", "owner": "acme_olena@example.com"}
        made = crm.create(Draft(kind=Kind.CONTACT, values=values), mark="swh-1")
        crm.create(Draft(kind=Kind.CALL, values={"direction": "in"}, links=(made.ref,)), mark="swh-2")

    assert spent(twin, branch) == [FIND, FIND, CREATE, "POST create-call-log"]
