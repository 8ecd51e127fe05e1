"""Trying a table on a made-up call and on the last ones; nothing is written by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL, Identifier
from tests.console.test_scenarios import TASK, Editor
from tests.factories import CLIENT, Desk

from switchhook.calls.codec import state_to_json
from switchhook.calls.models import Call
from switchhook.connections.models import EmployeeAccount
from switchhook.core.call import CallState, Direction, EmployeeRef, Moment, Status
from switchhook.core.matrix import Matrix
from switchhook.core.situation import Client, Verdict
from switchhook.delivery.models import Decision
from switchhook.delivery.past_calls import past_cases
from switchhook.scenarios.services import apply_preset, in_force

MAY_CHANGE = {"django_session"}


@contextmanager
def nothing_written() -> Iterator[None]:
    """No row of any table is made, changed or dropped meanwhile, sessions apart."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> dict[str, Any]:
    names = {model._meta.db_table for model in apps.get_models() if model._meta.managed} - MAY_CHANGE
    found = {}
    sums = SQL("SELECT count(*), md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t")
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute(sums.format(Identifier(name)).as_string(None))
            found[name] = cursor.fetchone()
    return found


@pytest.fixture
def editor(desk: Desk) -> Editor:
    apply_preset(desk.crm, "pipedrive-leads")
    desk.crm.settings = {"senior_employee": desk.piotr.pk, "top_employee": desk.piotr.pk}
    desk.crm.save()
    return Editor(desk)


def made_call(desk: Desk, number: int, *, missed: bool = True, client: str = CLIENT) -> Call:
    at = timezone.now() - timedelta(minutes=number)
    status = Status.MISSED if missed else Status.ANSWERED
    state = CallState(
        external_id=f"past-{number}",
        direction=Direction.IN,
        client_number=client,
        status=status,
        started_at=at,
        ended_at=at + timedelta(seconds=60),
        employee=None if missed else EmployeeRef(sip="olena"),
        reached=frozenset({Moment.RING, Moment.END} | (set() if missed else {Moment.PICKUP})),
    )
    return desk.call(
        client,
        external_id=f"past-{number}",
        status=status.value,
        started_at=at,
        state=state_to_json(state),
        employee=None if missed else desk.olena,
    )


def judged(desk: Desk, call: Call) -> None:
    version, _matrix = in_force(desk.crm)
    verdict = Verdict(client=Client.NEW).to_json()
    Decision.objects.create(connection=desk.crm, call=call, matrix=version, verdict=verdict, client_number=CLIENT)


def copied(row: Any, **changes: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    made = type(row)(**{**values, "id": None})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def tried(editor: Editor, **values: Any) -> str:
    said = {"channel": "call", "direction": "in", "outcome": "answered", "answerer": "unknown", "phone": CLIENT}
    page = editor.client.post(f"{editor.root}try", {**said, **values})
    return page.content.decode()


def test_a_made_up_call_is_planned_with_people_times_and_reasons(editor: Editor) -> None:
    with nothing_written():
        text = tried(editor, outcome="missed")
    assert "Incoming call from a new client, missed" in text
    assert "Missed call from +380671234567" in text
    assert "for: Piotr Nowak" in text
    assert "The row “Incoming call from a new client, missed” wants it, for the senior manager." in text


def test_a_made_up_known_client_meets_his_open_lead(editor: Editor) -> None:
    owner = EmployeeAccount.objects.get(connection=editor.desk.crm, employee=editor.desk.olena)
    text = tried(editor, answerer="unknown", found=["contact", "lead"], owner=str(owner.pk), name="Ivan")
    assert "answered by an unknown employee" in text
    assert "The lead “Ivan” is open." in text
    assert "for: Piotr Nowak" in text


def test_a_draft_that_does_otherwise_stands_beside_what_is_in_force(editor: Editor) -> None:
    editor.action("in-missed-new", at="action=missed-task", **{**TASK, "who": "top", "title": "Back"})
    text = tried(editor, outcome="missed")
    assert "By your draft" in text
    assert "In force now" in text
    assert "do the same here" in tried(editor, outcome="ringing")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"phone": ""}, "A call without a number stays in the journal"),
        ({"channel": "form"}, "Form sent by a new client"),
        ({"channel": "dialogue", "step": "dialogue_finished"}, "Dialogue with a new client finished"),
        ({"direction": "out"}, "Outgoing call to a new client by an unknown employee, answered"),
        ({"phone": "12"}, "This is not a telephone number."),
    ],
)
def test_every_kind_of_situation_can_be_made_up(editor: Editor, values: dict[str, str], words: str) -> None:
    assert words in tried(editor, **values)


def test_the_last_calls_tell_the_difference_in_words_and_call_by_call(editor: Editor) -> None:
    for number in range(14):
        judged(editor.desk, made_call(editor.desk, number))
    judged(editor.desk, made_call(editor.desk, 20, missed=False))
    editor.action("in-answered-new", at="do=task", **{**TASK, "who": "senior"})
    editor.post("action/change", row="in-missed-new", action="lead", to="remove")
    with nothing_written():
        text = editor.text("try/calls?calls=50&table=draft")
    assert "14 leads fewer, 1 task more" in text
    assert "15 calls would go otherwise by your draft." in text
    assert "Lead 15 1 -14" in text


def test_calls_are_compared_with_a_preset_too(editor: Editor) -> None:
    judged(editor.desk, made_call(editor.desk, 1))
    text = editor.text("try/calls?calls=50&table=nethunt")
    assert "1 company fewer, 1 lead fewer, 1 task fewer, 1 call record more" in text
    assert "was not judged when it came" not in text


def test_a_call_that_was_never_judged_is_judged_by_the_directory(editor: Editor) -> None:
    editor.desk.known(owner=str(editor.desk.olena.pk))
    made_call(editor.desk, 1)
    (case,) = past_cases(editor.desk.crm, 10)
    assert (case.verdict.client, case.what.judged) == (Client.KNOWN, False)
    assert "was not judged when it came" in editor.text("try/calls?calls=50&table=nethunt")


def test_a_judged_call_keeps_the_client_that_it_had(editor: Editor) -> None:
    """What the hub made of the call stands in the directory since, and makes its client no known one."""
    call = made_call(editor.desk, 1)
    judged(editor.desk, call)
    editor.desk.known(owner=str(editor.desk.olena.pk))
    (case,) = past_cases(editor.desk.crm, 10)
    assert case.verdict.client is Client.NEW


def test_calls_that_reach_no_crm_are_left_out(editor: Editor) -> None:
    for number, flag in enumerate(("stopped", "journal_only")):
        Call.objects.filter(pk=made_call(editor.desk, number).pk).update(**{flag: True})
    assert past_cases(editor.desk.crm, 10) == []
    assert "No calls yet" in editor.text("try/calls?calls=50&table=nethunt")


def test_a_table_that_does_the_same_shows_no_difference(editor: Editor) -> None:
    judged(editor.desk, made_call(editor.desk, 1))
    assert "No difference" in editor.text("try/calls?calls=50&table=pipedrive-leads")


def test_500_calls_are_compared_in_a_few_seconds_and_no_more_are_read(editor: Editor) -> None:
    first = made_call(editor.desk, 0)
    judged(editor.desk, first)
    copies = [{"external_id": f"copy-{n}", "started_at": timezone.now() - timedelta(minutes=n)} for n in range(1, 510)]
    calls = Call.objects.bulk_create(copied(first, **one) for one in copies)
    decision = Decision.objects.get(call=first)
    Decision.objects.bulk_create(copied(decision, call=call) for call in calls[::2])
    assert len(past_cases(editor.desk.crm, 10_000)) == 500
    started = perf_counter()
    text = editor.text("try/calls?calls=500&table=nethunt")
    assert perf_counter() - started < 10
    assert "500 calls in" in text
    assert text.count("Open the call") == 30


def test_a_matrix_of_the_past_is_not_what_is_tried(editor: Editor) -> None:
    """Both tables are those of today, whatever version a call was decided by."""
    judged(editor.desk, made_call(editor.desk, 1))
    apply_preset(editor.desk.crm, "nethunt")
    assert "No difference" in editor.text("try/calls?calls=50&table=nethunt")
    assert isinstance(in_force(editor.desk.crm)[1], Matrix)
