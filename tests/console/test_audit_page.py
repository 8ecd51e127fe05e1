"""The audit trail: every action has its sentence, changes are told in words, filters and pages hold still."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.architecture.conftest import ROOT, read
from tests.factories import Desk, open_desk

from switchhook.console.audit_wording import ACTIONS, AREAS
from switchhook.projects.audit import difference, note
from switchhook.projects.models import AuditEntry, Role

ACTION = re.compile(r"[a-z_]+\.[a-z_]*")


WRITES = ("AuditEntry.objects.create", "note", "_set", "_set_state", "keep_settings", "_switched")


def actions_written() -> Iterator[tuple[str, str]]:
    """(file, action) for each text like `area.verb` that is handed to what writes an entry; of an f-string its start,
    up to where it is put together.
    """
    for path in sorted((ROOT / "src/switchhook").rglob("*.py")):
        source = read(path)
        if "/connectors/" in source.path or not re.search("AuditEntry|projects.audit|keep_settings", source.text):
            continue
        for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).endswith(WRITES):
                yield from ((source.path, text) for text in texts_of(call))


def texts_of(call: ast.Call) -> Iterator[str]:
    for value in [*call.args, *(word.value for word in call.keywords)]:
        made = [node for node in ast.walk(value) if isinstance(node, ast.JoinedStr)]
        parts = {id(part) for one in made for part in ast.walk(one)} - {id(one.values[0]) for one in made if one.values}
        for node in ast.walk(value):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in parts else None
            if isinstance(text, str) and ACTION.fullmatch(text):
                yield text


def test_every_action_that_is_written_has_a_sentence_and_an_area() -> None:
    areas = {word for _title, words in AREAS.values() for word in words}
    found = set(actions_written())
    assert len(found) > 30
    assert {(path, action) for path, action in found if not has_sentence(action)} == set()
    assert {action for action in ACTIONS if action.partition(".")[0] not in areas} == set()


def has_sentence(action: str) -> bool:
    """Of what is put together, that there are sentences with this beginning."""
    return action in ACTIONS or (action.endswith((".", "_")) and any(one.startswith(action) for one in ACTIONS))


def test_a_change_tells_what_stood_before(desk: Desk, owner: Client) -> None:
    rules = {"task_due_hours": "2", "parties_at": "end", "channels": ["call"], "senior_employee": desk.olena.pk}
    owner.post(f"/p/{desk.project.pk}/connections/{desk.crm.pk}/rules/save", rules)
    row = owner.get(f"/p/{desk.project.pk}/settings/audit/").context["entries"][0]
    told = {one.label: (one.before, one.after) for one in row["changes"]}
    assert row["sentence"] == "Changed the rules of Built-in CRM"
    assert told["Senior manager"] == ("none", "Олена Коваленко")
    assert told["Records of answered calls"][1] == "after the call"


def test_a_secret_never_shows(desk: Desk, owner: Client) -> None:
    note(desk.project, None, "connection.settings", "X", api_key="s3cret-value", deep={"token": "s3cret-value"})
    for page in ("", "export.csv"):
        answer = owner.get(f"/p/{desk.project.pk}/settings/audit/{page}")
        assert b"s3cret-value" not in (answer.getvalue() if answer.streaming else answer.content)


def test_the_trail_is_filtered_by_person_area_and_day(desk: Desk, owner: Client) -> None:
    note(desk.project, desk.members[Role.ADMIN], "number.add", "+1")
    note(desk.project, None, "connection.broken", "X")
    note(open_desk("Other").project, None, "token.issue", "theirs")
    page = f"/p/{desk.project.pk}/settings/audit/"

    def shown(**query: Any) -> list[str]:
        return [row["entry"].action for row in owner.get(page, query).context["entries"]]

    assert shown() == ["connection.broken", "number.add"]
    assert shown(person=desk.members[Role.ADMIN].pk) == ["number.add"]
    assert shown(person=0) == ["connection.broken"]
    assert shown(area="lines") == ["number.add"]
    assert shown(until="2020-01-01") == []
    assert shown(person="x", area="y", since="z", after="%") == ["connection.broken", "number.add"]


def test_pages_follow_each_other_while_entries_come_in(desk: Desk, owner: Client) -> None:
    made = [note(desk.project, None, "number.add", str(n)).pk for n in range(70)]
    page = f"/p/{desk.project.pk}/settings/audit/"
    first = owner.get(page).context
    note(desk.project, None, "number.add", "new")
    second = owner.get(page, {"after": first["next"]}).context
    seen = [row["entry"].pk for context in (first, second) for row in context["entries"]]
    assert seen == sorted(made, reverse=True)
    assert second["next"] == ""


def test_the_file_holds_what_is_filtered_and_no_formula(desk: Desk, owner: Client) -> None:
    note(desk.project, None, "employee.add", "=HYPERLINK(1)", name={"from": "", "to": "A"})
    note(desk.project, None, "number.add", "+1")
    text = owner.get(f"/p/{desk.project.pk}/settings/audit/export.csv", {"area": "employees"}).getvalue().decode()
    assert "Name: none → A" in text
    assert "Added the line" not in text
    AuditEntry.objects.all().delete()
    assert "'=SUM" in csv_of(desk, owner)


def test_the_file_is_kept_by_no_cache(desk: Desk, owner: Client) -> None:
    answer = owner.get(f"/p/{desk.project.pk}/settings/audit/export.csv")
    assert answer.headers["Cache-Control"] == "no-store"


def csv_of(desk: Desk, owner: Client) -> str:
    note(desk.project, None, "unheard.of", "x")
    AuditEntry.objects.update(action="=SUM", target="")
    text: str = owner.get(f"/p/{desk.project.pk}/settings/audit/export.csv").getvalue().decode()
    return text


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({}, {"a": ""}, {}),
        ({"a": None}, {"a": []}, {}),
        ({"a": 1}, {"a": 2}, {"a": {"from": 1, "to": 2}}),
        ({}, {"a": False}, {"a": {"from": None, "to": False}}),
    ],
)
def test_only_what_differs_is_noted(before: dict[str, object], after: dict[str, object], changed: object) -> None:
    assert difference(before, after) == changed
