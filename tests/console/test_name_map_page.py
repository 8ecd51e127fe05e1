"""Parameter names: edited as a table, learned from a sample, with a replay offered."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.projects.models import AuditEntry

SAMPLE = {"my_id": "ua9_-1790775458.2139025", "my_client": "+380732130001", "call_type": "in", "shoe_size": "44"}


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/names"


def held(desk: Desk) -> dict[str, str]:
    names: dict[str, str] = Connection.objects.get(pk=desk.telephony.pk).settings.get("names", {})
    return names


def rows(*pairs: tuple[str, str]) -> dict[str, str]:
    sent = {"map-TOTAL_FORMS": str(len(pairs)), "map-INITIAL_FORMS": "0"}
    for place, (theirs, ours) in enumerate(pairs):
        sent |= {f"map-{place}-theirs": theirs, f"map-{place}-ours": ours}
    return sent


def meanings(answer: Any) -> dict[str, str]:
    return {value.name: value.meaning for value in answer.context["reading"].values}


def test_the_map_is_edited_as_a_table(desk: Desk, owner: Client, page: str) -> None:
    assert owner.post(page, rows(("tel", "E164"), (" my id ", "uniqueid"), ("", ""))).status_code == 302
    assert held(desk) == {"tel": "E164", "my id": "uniqueid"}
    assert AuditEntry.objects.filter(action="connection.names").count() == 1
    taken_out = rows(("tel", "E164"), ("my id", "uniqueid")) | {"map-0-DELETE": "on"}
    owner.post(page, taken_out)
    assert held(desk) == {"my id": "uniqueid"}


def test_a_name_without_a_meaning_is_refused(desk: Desk, owner: Client, page: str) -> None:
    assert owner.post(page, rows(("tel", ""))).status_code == 422
    assert held(desk) == {}


@pytest.mark.parametrize(
    "body", [json.dumps(SAMPLE), "&".join(f"{k}={v}" for k, v in SAMPLE.items()).replace("+", "%2B")]
)
def test_a_pasted_sample_is_explained_and_learned(desk: Desk, owner: Client, page: str, body: str) -> None:
    read = owner.post(f"{page}/try", {"body": body}, headers={"HX-Request": "true"})
    found = meanings(read)
    assert found["call_type"] == "call_type"
    assert set(found) == set(SAMPLE)
    place = list(found).index("shoe_size")
    chosen = {f"means-{n}": meaning for n, meaning in enumerate(found.values())} | {f"means-{place}": "pool_name"}
    taken = owner.post(f"{page}/try", {"body": body, "do": "take", **chosen})
    assert taken.status_code == 302
    assert held(desk)["shoe_size"] == "pool_name"
    assert meanings(owner.post(f"{page}/try", {"body": body}))["shoe_size"] == "pool_name"


def test_a_stored_event_is_a_sample_too(desk: Desk, owner: Client, page: str) -> None:
    event = desk.event(SAMPLE)
    assert "my_client" in meanings(owner.get(page, {"event": event.pk}))


def test_an_event_of_another_project_is_no_sample(desk: Desk, stranger: Client, owner: Client, page: str) -> None:
    from switchhook.intake.models import RawEvent

    other = Connection.objects.exclude(project=desk.project).filter(role="telephony").get()
    theirs = RawEvent.objects.create(connection=other, received_at=desk.call().started_at, method="POST", body=b"{}")
    assert owner.get(page, {"event": theirs.pk}).context["problem"]


@pytest.mark.parametrize("body", ["", "<xml>", '{"cut": '])
def test_what_cannot_be_read_is_told_in_words(owner: Client, page: str, body: str) -> None:
    assert owner.post(f"{page}/try", {"body": body}).context["problem"]


def test_events_that_could_not_be_read_are_offered_for_a_replay(desk: Desk, owner: Client, page: str) -> None:
    desk.event(state="flagged")
    html = owner.get(page).content.decode()
    assert "1 of the last events could not be read." in html
    assert f'action="/p/{desk.project.pk}/events/replay"' in html
