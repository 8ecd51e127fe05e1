"""The scenario editor: reading the table, changing a draft, putting it in force, versions, what is refused."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from tests.console.conftest import signed_in
from tests.factories import Desk

from switchhook.connections.services import add
from switchhook.core.matrix import Do, Matrix, Role
from switchhook.core.matrix_edit import row_of
from switchhook.projects.models import AuditEntry, Membership
from switchhook.projects.models import Role as Rank
from switchhook.scenarios import catalog
from switchhook.scenarios.models import MatrixDraft, MatrixVersion
from switchhook.scenarios.services import apply_preset, in_force, save


class Editor:
    """One admin at the table of the project's CRM."""

    def __init__(self, desk: Desk, client: Client | None = None) -> None:
        self.desk, self.client = desk, client or signed_in(desk, Rank.ADMIN)
        self.root = f"/p/{desk.project.pk}/scenarios/{desk.crm.pk}/"

    def text(self, path: str = "") -> str:
        """The page's words, without markup and with single spaces."""
        answer = self.client.get(self.root + path)
        assert answer.status_code == 200
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())

    def post(self, path: str, **values: Any) -> Any:
        return self.client.post(self.root + path, values)

    def action(self, row: str, **values: Any) -> Any:
        """Send the form of an action; `at` names it, or what a new one does."""
        at = values.pop("at")
        return self.post(f"action?row={row}&{at}", **{"enabled": "on", **values})

    def to(self, name: str, **values: Any) -> Any:
        return self.post("draft", to=name, **values)

    @property
    def draft(self) -> Matrix | None:
        held = MatrixDraft.objects.filter(connection=self.desk.crm).order_by("-updated_at").first()
        return Matrix.from_data(held.data) if held else None

    @property
    def force(self) -> Matrix:
        return in_force(self.desk.crm)[1]


TASK = {"who": "responsible", "state": "open", "due_hours": "2", "condition": "always", "moment": "end"}


@pytest.fixture
def editor(desk: Desk) -> Editor:
    apply_preset(desk.crm, "pipedrive-leads")
    return Editor(desk)


def test_a_project_with_one_crm_comes_straight_to_its_table(editor: Editor) -> None:
    answer = editor.client.get(f"/p/{editor.desk.project.pk}/scenarios/")
    assert answer.headers["Location"] == editor.root


def test_a_project_with_several_crms_chooses(editor: Editor) -> None:
    add(editor.desk.project, "builtin", "Second CRM")
    page = editor.client.get(f"/p/{editor.desk.project.pk}/scenarios/").content.decode()
    assert "Second CRM" in page
    assert editor.root in page


def test_the_table_says_in_words_what_happens(editor: Editor) -> None:
    text = editor.text()
    for words in (
        "A known client calls, somebody else than the responsible answers",
        "Task for the responsible manager due in 4 h “Check the call from {phone}”",
        "Contact owner: who was on the line",
        "An employee calls a new number, answered or not not stated by the vendor Edit Journal only",
        "the first open one of: Lead → Contact → Company",
    ):
        assert words in text


def test_an_action_is_changed_in_the_draft_and_not_in_force(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **TASK)
    assert editor.draft
    row = row_of(editor.draft, "in-missed-known")
    assert row
    task = row.actions[-1]
    assert (task.who, task.due_minutes, task.title) == (Role.RESPONSIBLE, 120, "")
    assert editor.force == catalog.preset("pipedrive-leads")
    text = editor.text()
    assert "Task for the responsible manager due in 2 h" in text
    assert "before: Task for the senior manager · due in 4 h · “Missed call from {phone}”" in text
    assert "1 change, not in force yet" in text


def test_a_text_that_was_not_touched_stays_one_that_is_translated(editor: Editor) -> None:
    editor.desk.project.language = "pl"
    editor.desk.project.save()
    said = "Nieodebrane połączenie od {phone}"
    page = editor.client.get(f"{editor.root}action?row=in-missed-known&action=missed-task").content.decode()
    assert f'value="{said}"' in page
    editor.action("in-missed-known", at="action=missed-task", **{**TASK, "title": said, "text": "Own words"})
    assert editor.draft
    task = row_of(editor.draft, "in-missed-known").actions[-1]  # type: ignore[union-attr]
    assert (task.title, task.text) == ("Missed call from {phone}", "Own words")


def test_an_action_at_another_moment_stands_in_its_cell_and_says_where_it_was(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **{**TASK, "moment": "recording"})
    text = editor.text()
    assert "before: Task for the senior manager · after the call · due in 4 h" in text
    assert "when the recording is ready Task for the responsible manager" in text


def test_a_draft_is_put_in_force_at_once_with_who_and_why(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **TASK)
    editor.action("out-new", at="do=task", **{**TASK, "who": "senior"})
    wanted = editor.draft
    editor.to("force", note="Missed calls go back to their managers")
    assert (editor.force, editor.draft) == (wanted, None)
    entry = AuditEntry.objects.filter(action="matrix.save").first()
    assert entry
    assert entry.user == editor.desk.members[Rank.ADMIN]
    assert entry.changes["changed"] == ["in-missed-known", "out-new"]
    assert "2 rows changed" in editor.text("versions/")
    assert "“Missed calls go back to their managers”" in editor.text("versions/")


def test_the_last_change_is_taken_back_and_a_draft_discarded(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **TASK)
    first = editor.draft
    editor.post("action/change", row="in-missed-known", action="lead", to="remove")
    editor.to("back")
    assert editor.draft == first
    editor.to("discard")
    assert editor.draft is None
    assert editor.force == catalog.preset("pipedrive-leads")


def test_what_is_changed_back_by_hand_leaves_no_draft(editor: Editor) -> None:
    editor.post("action/change", row="in-missed-known", action="lead", to="switch")
    assert "switched off" in editor.text()
    editor.post("action/change", row="in-missed-known", action="lead", to="switch")
    assert MatrixDraft.objects.count() == 0


def test_a_contradiction_stands_at_its_action_and_is_not_put_in_force(editor: Editor) -> None:
    """Without a contact and a company, the built-in CRM's lead has nobody to hang on."""
    for action in ("contact", "company"):
        editor.post("action/change", row="in-missed-new", action=action, to="remove")
    text = editor.text()
    assert "1 contradiction" in text
    assert "A lead of this CRM needs a contact or a company." in text
    assert "Put in force" not in text
    editor.to("force")
    assert editor.force == catalog.preset("pipedrive-leads")
    assert editor.draft


def test_a_hole_stands_where_its_row_is_missing_and_a_row_fills_it(editor: Editor) -> None:
    editor.post("row/change", row="in-missed-known", to="remove")
    text = editor.text()
    assert "A known client calls, nobody answers No row is for this" in text
    situation = {"about": "call", "direction": "in", "client": "known", "outcome": "missed"}
    editor.post("row/situation?", **situation)
    assert "1 hole" not in editor.text()
    assert editor.draft
    made = row_of(editor.draft, "in-missed-known")
    assert made
    assert (made.title, made.actions) == ("A known client calls, nobody answers", ())


def test_a_row_is_for_other_situations_and_is_named_anew(editor: Editor) -> None:
    editor.post("row/situation?row=in-missed-known", about="call", direction="in", outcome="missed")
    assert editor.draft
    row = row_of(editor.draft, "in-missed-known")
    assert row
    assert (row.title, row.when.client) == ("Any client calls, nobody answers", ())
    assert "Before: A known client calls, nobody answers" in editor.text()


def test_the_order_of_rows_that_share_situations_is_changed(editor: Editor) -> None:
    panel = editor.text("row?row=in-answered-new")
    assert "Asked before this one: “A new client calls, an unknown employee answers”" in panel
    editor.post("row/change", row="in-answered-new", before="in-answered-new-unknown")
    text = editor.text()
    assert "asked earlier" in text
    assert "No call, form or dialogue comes to this row" in text


def test_only_what_the_crm_can_do_is_offered_and_the_rest_is_explained(editor: Editor) -> None:
    panel = editor.text("row?row=in-missed-new")
    assert "Create a deal: This CRM turns leads into deals, so a call makes one of the two." in panel
    assert "Create a contact: The row does this already." in panel


def test_the_preview_speaks_the_projects_language_escaped_and_names_unknown_places(editor: Editor) -> None:
    values = {**TASK, "title": "<b>{phone}</b> {nobody}", "text": "", "enabled": "on"}
    page = editor.post("action/preview?row=in-missed-known&action=missed-task", **values).content.decode()
    assert "&lt;b&gt;+380671234567&lt;/b&gt;" in page
    assert "{nobody}" in page
    assert MatrixDraft.objects.count() == 0


def test_how_calls_find_their_record_is_changed_with_the_table(editor: Editor) -> None:
    values = {"takers_1": "deal", "takers_2": "contact", "forward_1": "contact", "known_by": ["contact", "lead"]}
    editor.post("records", **values)
    assert editor.draft
    assert [kind.value for kind in editor.draft.takers] == ["deal", "contact"]
    assert [kind.value for kind in editor.draft.forward] == ["contact"]
    assert "the first open one of: Deal → Contact changed" in editor.text()


def test_another_version_that_came_into_force_meanwhile_is_noticed(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **TASK)
    theirs = save(editor.desk.crm, catalog.preset("nethunt").to_data(), user=editor.desk.members[Rank.OWNER])
    editor.to("force")
    assert in_force(editor.desk.crm)[0] == theirs
    assert "came into force while you were editing" in editor.text()
    editor.to("keep", version=theirs.number)
    editor.to("force")
    assert row_of(editor.force, "in-missed-known")


def test_drafts_of_two_admins_are_apart(editor: Editor) -> None:
    editor.action("in-missed-known", at="action=missed-task", **TASK)
    other = Editor(editor.desk, signed_in(editor.desk, Rank.OWNER))
    assert "not in force yet" not in other.text()
    other.post("action/change", row="in-missed-new", action="company", to="remove")
    assert "has a draft of this table too" in editor.text()
    assert MatrixDraft.objects.count() == 2


def test_a_preset_is_looked_at_before_it_is_taken_into_the_draft(editor: Editor) -> None:
    text = editor.text("presets/keycrm-once")
    assert "Against what is in force it changes" in text
    assert "Deal · at pick-up · owner: who was on the line · only if there never was a lead or deal" in text
    assert MatrixDraft.objects.count() == 0
    editor.post("presets/keycrm-once")
    assert editor.draft == catalog.preset("keycrm-once")
    editor.to("force")
    assert in_force(editor.desk.crm)[0].preset == "keycrm-once"


def test_an_older_version_is_put_in_force_as_a_copy(editor: Editor) -> None:
    editor.post("presets/nethunt")
    editor.to("force")
    assert "Against what is in force today:" in editor.text("versions/1")
    editor.post("versions/1/restore")
    version, matrix = in_force(editor.desk.crm)
    assert (version.number, version.copy_of, matrix) == (3, 1, catalog.preset("pipedrive-leads"))
    assert "copy of version 1" in editor.text("versions/")
    assert MatrixVersion.objects.count() == 3


def test_members_without_the_right_read_the_table_without_a_button(editor: Editor, viewer: Client) -> None:
    page = viewer.get(editor.root).content.decode()
    assert "somebody else than the responsible answers" in page
    assert "data-panel" not in page
    assert viewer.post(f"{editor.root}presets/nethunt").status_code == 403


def test_settings_that_leave_something_out_are_said_at_the_action(editor: Editor) -> None:
    crm = editor.desk.crm
    crm.settings = {"create_contacts": ["in-answered"], "senior_employee": None}
    crm.save()
    text = editor.text()
    assert "Not made: the connection's settings ask for no contacts of such calls." in text
    assert "No senior manager is chosen in the connection's settings, so this is nobody's." in text


def test_what_is_gone_from_the_draft_is_not_found(editor: Editor) -> None:
    for path in (
        "row?row=gone",
        "action?row=in-missed-new&action=gone",
        "action?row=in-missed-new&do=fly",
        "versions/9",
    ):
        assert editor.client.get(editor.root + path).status_code == 404


def test_a_rows_own_words_are_escaped(editor: Editor) -> None:
    situation = {"about": "call", "direction": "in", "client": "known", "outcome": "missed"}
    editor.post("row/situation?row=in-missed-known", **situation, title="<script>alert(1)</script>", note="<b>")
    page = editor.client.get(editor.root).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_new_project_reads_the_table_with_which_it_will_begin(desk: Desk) -> None:
    """Looking makes no version; the first change does."""
    editor = Editor(desk)
    assert "The table with which this connection begins." in editor.text()
    assert MatrixVersion.objects.count() == 0
    editor.post("action/change", row="in-missed-new", action="company", to="remove")
    assert [version.number for version in MatrixVersion.objects.all()] == [1]


@pytest.mark.parametrize("name", catalog.names())
def test_every_action_of_a_preset_keeps_what_it_says_through_its_form(desk: Desk, name: str) -> None:
    """Opening an action and saving it unchanged changes nothing but that nobody calls it unstated any more."""
    from switchhook.console.matrix_desk import ANYTHING
    from switchhook.console.matrix_forms import ActionForm
    from switchhook.core.matrix_diff import same_action
    from switchhook.core.planned import PlanSettings

    for row in catalog.preset(name).rows:
        for spec in row.actions:
            form = ActionForm(spec, row.when, PlanSettings(), ANYTHING)
            data = {
                key: value for key, value in form.initial.items() if key in form.fields and value not in (None, False)
            }
            again = ActionForm(spec, row.when, PlanSettings(), ANYTHING, data)
            assert again.is_valid(), (row.id, spec.id, again.errors)
            assert same_action(again.edited(), spec), (row.id, spec.id)


def test_a_member_who_left_reads_nothing(editor: Editor) -> None:
    Membership.objects.filter(user=editor.desk.members[Rank.ADMIN]).delete()
    assert editor.client.get(editor.root).status_code == 404


def test_every_kind_of_action_can_be_added(editor: Editor) -> None:
    for do in Do:
        answer = editor.client.get(f"{editor.root}action?row=in-missed-known&do={do}")
        assert answer.status_code == 200
