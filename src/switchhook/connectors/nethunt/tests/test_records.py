"""Canonical values on their way into NetHunt's fields and back, and what is said of those that found no field."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.tests.account import PHONE, WITHOUT_MARKS
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.nethunt.twin import ukrainian
from switchhook.core.errors import Rejected
from switchhook.core.records import Draft, Kind, Record, Ref

Opened = Callable[..., tuple[NetHunt, TwinAt]]
VISIT = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand", "utm_term": "crm", "utm_content": "b2"}
OLENA, PIOTR = "acme_olena@example.com", "acme_piotr@example.com"
FULL: Mapping[str, Any] = {
    "name": "Jan Nowak",
    "phones": [PHONE, "+380509876543"],
    "email": "jan@example.com",
    "owner": OLENA,
    "source": "Telephony",
    "utm": VISIT,
    "client_id": "123.456",
    "custom": {"City": "Kyiv"},
}


def contact(crm: NetHunt, mark: str = "", **values: Any) -> Record:
    return crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", **values}), mark=mark)


def held(twin: TwinAt, folder: str = "contacts") -> dict[str, Any]:
    return dict(twin.state()["records"][folder][-1]["fields"])


def said(record: Record) -> str:
    return " ".join(map(str, record.remarks))


def test_a_contact_fills_the_fields_that_were_chosen(twin: TwinAt, crm: NetHunt) -> None:
    made = contact(crm, "swh-1", **FULL)
    assert made.remarks == ()
    assert held(twin) == {
        "Name": "Jan Nowak",
        "Phone number": [PHONE, "+380509876543"],
        "Email": ["jan@example.com"],
        "Manager": OLENA,
        "Source": "Telephony",
        "Visit source": "google",
        "Channel": "cpc",
        "Campaign": "brand",
        "Keyword": "crm",
        "Client id": "123.456",
        "City": "Kyiv",
        "Notes": "utm_content: b2",
        "Switchhook": "swh-1",
    }


@pytest.mark.parametrize("folders", [(), ukrainian()])
def test_a_contact_is_read_back_as_it_was_made(crm_at: Opened, folders: tuple[Any, ...]) -> None:
    crm, _twin = crm_at(**({"folders": folders} if folders else {}))
    city = "Місто" if folders else "City"
    made = contact(crm, "swh-1", **{**FULL, "custom": {city: "Kyiv"}})
    assert crm.get(made.ref).values == {**FULL, "custom": {city: "Kyiv"}} == made.values


def test_what_has_no_field_and_no_notes_is_said(crm_at: Opened) -> None:
    crm, twin = crm_at(settings={**WITHOUT_MARKS, "contact_source": "", "contact_utm_medium": ""})
    made = contact(crm, "swh-1", **FULL)
    assert "source, utm_medium, utm_content" in said(made)
    assert "swh-1" not in str(twin.state())


def test_a_visits_tag_that_a_mapped_field_holds_is_not_missed(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"contact_utm_campaign": "", "contact_notes": ""})
    made = contact(crm, utm={"utm_campaign": "brand"}, custom={"Landing page": "brand"})
    assert made.remarks == ()


def test_a_missed_calls_contact_has_no_manager(twin: TwinAt, crm: NetHunt) -> None:
    made = contact(crm, phones=[PHONE])
    assert made.owner is None
    assert "Manager" not in held(twin)


def test_a_field_that_the_answer_leaves_out_is_said(crm_at: Opened) -> None:
    crm, _twin = crm_at(unknown_field="ignore", settings={"contact_source": "Renamed"})
    assert "Renamed" in said(contact(crm, phones=[PHONE], source="Telephony"))


def test_of_an_answer_that_shows_the_name_only_nothing_is_concluded(crm_at: Opened) -> None:
    crm, _twin = crm_at(create_answer="name")
    made = contact(crm, phones=[PHONE], source="Telephony")
    assert (made.remarks, made.phones, made.values["source"]) == ((), (PHONE,), "Telephony")


def test_a_change_replaces_single_values_and_leaves_the_rest(twin: TwinAt, crm: NetHunt) -> None:
    made = contact(crm, **FULL)
    changed = crm.update(made.ref, {"owner": PIOTR, "utm": {"utm_campaign": "new"}, "phones": [PHONE]})
    assert (changed.owner, changed.phones) == (PIOTR, (PHONE,))
    assert changed.values["utm"] == {**VISIT, "utm_campaign": "new"}
    assert changed.title == "Jan Nowak"


def test_a_value_can_be_emptied(twin: TwinAt, crm: NetHunt) -> None:
    made = contact(crm, **FULL)
    assert crm.update(made.ref, {"owner": None}).owner is None
    assert "Manager" not in held(twin)


def test_a_change_that_has_no_field_is_said(twin: TwinAt, crm: NetHunt) -> None:
    made = contact(crm, **FULL)
    assert "utm_content" in said(crm.update(made.ref, {"utm": {"utm_content": "b3"}}))
    assert held(twin)["Notes"] == "utm_content: b2"


def test_a_name_cannot_be_taken_away(crm: NetHunt) -> None:
    made = contact(crm)
    with pytest.raises(Rejected):
        crm.update(made.ref, {"name": ""})


# --- deals ------------------------------------------------------------------------------------------------------------


def test_a_deal_begins_in_the_stage_of_the_settings(twin: TwinAt, crm: NetHunt) -> None:
    jan = contact(crm)
    values = {"title": "Deal", "owner": OLENA, "source": "Telephony", "utm": VISIT}
    made = crm.create(Draft(kind=Kind.DEAL, values=values, links=(jan.ref,)), mark="swh-2")
    assert held(twin, "deals") == {
        "Name": "Deal",
        "Stage": "New",
        "Manager": OLENA,
        "Contact person": [jan.id],
        "Source": "Telephony",
        "Notes": "\n".join(f"{name}: {value}" for name, value in VISIT.items()),
        "Switchhook": "swh-2",
    }
    assert (made.status, made.contact_id, made.values["utm"]) == ("open", jan.id, VISIT)


@pytest.mark.parametrize(("status", "stage"), [("won", "Won"), ("lost", "Lost")])
def test_a_deal_is_closed_by_its_stage(twin: TwinAt, crm: NetHunt, status: str, stage: str) -> None:
    made = crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(contact(crm).ref,)), mark="")
    assert crm.update(made.ref, {"status": status}).status == status
    assert held(twin, "deals")["Stage"] == stage
    assert crm.update(made.ref, {"status": "open"}).is_open


def test_a_status_without_a_stage_is_said(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"deal_won_stages": ""})
    made = crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(contact(crm).ref,)), mark="")
    assert "“won”" in said(crm.update(made.ref, {"status": "won", "title": "Deal"}))


def test_another_pipeline_than_the_folder_is_said(twin: TwinAt, crm: NetHunt) -> None:
    draft = Draft(kind=Kind.DEAL, values={"title": "Deal", "pipeline": "77"}, links=(contact(crm).ref,))
    assert "“77”" in said(crm.create(draft, mark=""))


# --- tasks ------------------------------------------------------------------------------------------------------------


def task(crm: NetHunt, mark: str = "swh-3", **values: Any) -> Record:
    return crm.create(Draft(kind=Kind.TASK, values={"subject": "Call back", **values}), mark=mark)


def test_a_task_is_a_record_of_its_folder(twin: TwinAt, crm: NetHunt) -> None:
    jan = contact(crm)
    values = {"subject": "Call back", "text": "Soon", "assignee": OLENA, "due_at": "2026-11-23T13:45:00+00:00"}
    values |= {"recording_url": "https://hub.example/r/1", "call_id": "7"}
    crm.create(Draft(kind=Kind.TASK, values={**values, "done": False}, links=(jan.ref,)), mark="swh-3")
    assert held(twin, "tasks") == {
        "Name": "Call back",
        "Description": "Soon\nRecording: https://hub.example/r/1\nCall id: 7\nswh-3",
        "Assignee": OLENA,
        "Due date": "2026-11-23T13:45:00.000Z",
        "Record links": [jan.id],
        "Completed": False,
    }


def test_a_new_text_of_a_task_keeps_its_recording_and_its_mark(twin: TwinAt, crm: NetHunt) -> None:
    made = task(crm, text="Soon", recording_url="https://hub.example/r/1")
    crm.update(made.ref, {"text": "Later"})
    assert held(twin, "tasks")["Description"] == "Later\nRecording: https://hub.example/r/1\nswh-3"
    assert crm.get(made.ref).values["text"] == "Later"


def test_a_late_recording_does_not_blank_the_text(twin: TwinAt, crm: NetHunt) -> None:
    made = task(crm, text="Soon")
    crm.update(made.ref, {"recording_url": "https://hub.example/r/1"})
    assert held(twin, "tasks")["Description"] == "Soon\nRecording: https://hub.example/r/1\nswh-3"


def test_a_folder_that_keeps_days_only_loses_the_hour_and_says_so(crm_at: Opened) -> None:
    crm, twin = crm_at(settings={"due_form": "date only"})
    made = task(crm, due_at="2026-11-23T23:30:00+00:00")
    assert held(twin, "tasks")["Due date"] == "2026-11-24", "the day is the project's, in Kyiv"
    assert "not its hour" in said(made)


def test_without_a_field_for_it_a_tasks_text_is_said_to_be_lost(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"task_text": "", "task_due": "", "task_completed": ""})
    made = task(crm, text="Soon", due_at="2026-11-23T10:00:00+00:00", done=True)
    assert "due_at, done, text" in said(made)


# --- what the folders allow -------------------------------------------------------------------------------------------


def test_kinds_are_those_of_the_chosen_folders(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"deals_folder": "", "tasks_folder": "", "companies_folder": ""})
    can = crm.capabilities
    assert can.kinds == {Kind.CONTACT, Kind.COMMENT, Kind.CALL}
    assert (can.task_links, can.call_links, can.stores_phone) == (
        frozenset(),
        frozenset({Kind.CONTACT}),
        frozenset({Kind.CONTACT}),
    )


def test_only_what_has_a_place_for_the_mark_or_a_number_can_be_traced(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={**WITHOUT_MARKS, "task_text": ""})
    assert crm.capabilities.traceable == {Kind.CONTACT, Kind.COMPANY, Kind.COMMENT, Kind.CALL}


@pytest.mark.parametrize("kind", [Kind.DEAL, Kind.LEAD, Kind.ORDER])
def test_a_kind_without_a_folder_is_refused(crm_at: Opened, kind: Kind) -> None:
    crm, _twin = crm_at(settings={"deals_folder": ""})
    with pytest.raises(Rejected):
        crm.create(Draft(kind=kind, values={"title": "x"}), mark="")


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.CALL])
def test_an_entry_of_a_timeline_cannot_be_changed(crm: NetHunt, kind: Kind) -> None:
    with pytest.raises(Rejected) as refusal:
        crm.update(Ref(kind, "contact/1/2/3"), {"text": "x"})
    assert "cannot change" in str(refusal.value)
