"""The scenario matrix as data, its checks, and the presets."""

import json
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest
from tests.core.cases import ALL, STRICT

from switchhook.core.call import Direction
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import ActionSpec, Do, Matrix, Row, When, substitute
from switchhook.core.matrix_check import Problem, Severity, check
from switchhook.core.records import Kind
from switchhook.core.situation import Client, Outcome, describe, every_situation
from switchhook.scenarios.catalog import messages, names, preset
from switchhook.scenarios.presets.messages import MESSAGES

PRESETS = ["builtin", "keycrm-once", "keycrm-repeat", "nethunt", "pipedrive-deals", "pipedrive-leads", "zoho-leads"]


def matrix(*actions: ActionSpec, when: When | None = None) -> Matrix:
    return Matrix(rows=(Row(id="row", when=when or When(), actions=actions),))


def does(*dos: Do) -> Matrix:
    return matrix(*(ActionSpec(id=do.value, do=do) for do in dos))


def contradictions(problems: list[Problem]) -> list[str]:
    return [str(problem.reason) for problem in problems if problem.severity is Severity.CONTRADICTION]


# --- data -----------------------------------------------------------------------------------------------------------


def test_the_presets_have_their_names() -> None:
    assert list(names()) == PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_where_it_comes_from(name: str) -> None:
    assert preset(name).title
    assert preset(name).source
    assert all(row.title for row in preset(name).rows)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_the_same_after_a_round_through_plain_data(name: str) -> None:
    data = preset(name).to_data()
    assert Matrix.from_data(json.loads(json.dumps(data))) == preset(name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_decides_every_situation_and_every_row_is_reached(name: str) -> None:
    assert check(preset(name), ALL) == []


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "zoho-leads"])
def test_a_preset_can_be_put_in_force_where_leads_turn_into_deals(name: str) -> None:
    assert contradictions(check(preset(name), STRICT)) == []


def test_always_create_a_lead_stands_alone_and_is_refused_where_a_lead_needs_a_contact() -> None:
    rows = {
        problem.row for problem in check(preset("zoho-leads"), STRICT) if problem.severity is Severity.CONTRADICTION
    }
    assert rows == {"in-answered-new-unknown", "in-answered-new", "in-missed-new", "contact-given"}


def test_an_unknown_preset_is_named_with_the_choice() -> None:
    with pytest.raises(Misconfigured, match="nethunt"):
        preset("nethound")


def test_every_sentence_of_the_presets_is_marked_for_translation() -> None:
    assert set(messages()) == MESSAGES


def test_presets_are_files_that_a_person_reads() -> None:
    folder = files("switchhook.scenarios") / "presets"
    for name in names():
        text = (folder / f"{name}.toml").read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert len(tomllib.loads(text)["rows"]) == len(preset(name).rows)


@pytest.mark.parametrize(
    ("data", "place", "remedy"),
    [
        ({"rowz": []}, "rowz", "Did you mean “rows”?"),
        ({"rows": [{"id": "a"}]}, "rows[0].when", "Add it."),
        ({"rows": [{"id": "a", "when": {"directoin": "in"}}]}, "rows[0].when.directoin", "Did you mean “direction”?"),
        ({"rows": [{"id": "a", "when": {"direction": "inn"}}]}, "rows[0].when.direction[0]", "'in', 'out'"),
        (
            {"rows": [{"id": "a", "when": {}, "actions": [{"id": "b", "do": "tasks"}]}]},
            "rows[0].actions[0].do",
            "'task'",
        ),
        ({"rows": [{"id": "a", "when": {}, "xyzzy": 1}]}, "rows[0].xyzzy", "Remove it."),
    ],
)
def test_a_fault_in_the_data_is_named_with_its_place_and_remedy(data: dict, place: str, remedy: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Misconfigured) as caught:
        Matrix.from_data(data)
    assert caught.value.field == place
    assert remedy in str(caught.value)


def test_one_value_may_stand_for_a_list_of_one() -> None:
    assert Matrix.from_data({"rows": [{"id": "a", "when": {"direction": "in"}}]}).rows[0].when.direction == (
        Direction.IN,
    )


# --- rows -----------------------------------------------------------------------------------------------------------


def test_the_first_matching_row_decides() -> None:
    both = Matrix(rows=(Row(id="first", when=When()), Row(id="second", when=When())))
    situation = next(s for s in every_situation() if s.outcome is Outcome.ANSWERED)
    row = both.row_for(situation)
    assert row is not None
    assert row.id == "first"


@pytest.mark.parametrize("outcome", [Outcome.RINGING, Outcome.ANALYSED])
def test_a_row_that_names_no_outcome_is_for_answered_and_missed_calls_only(outcome: Outcome) -> None:
    situation = next(s for s in every_situation() if s.outcome is outcome and s.channel == "call")
    assert does(Do.TASK).row_for(situation) is None


def test_every_situation_has_words_of_its_own() -> None:
    main = [s for s in every_situation() if not (s.channel == "call" and s.outcome is Outcome.ANALYSED)]
    assert len({str(describe(situation)) for situation in main}) == len(main)


# --- checks ---------------------------------------------------------------------------------------------------------


def test_a_lead_and_a_deal_in_one_row_are_refused_where_one_becomes_the_other() -> None:
    both = does(Do.CREATE_CONTACT, Do.CREATE_LEAD, Do.CREATE_DEAL)
    assert any("cannot both be created" in text for text in contradictions(check(both, STRICT)))
    assert contradictions(check(both, ALL)) == []


def test_a_lead_without_contact_or_company_is_refused_where_it_needs_one() -> None:
    assert any("needs a contact" in text for text in contradictions(check(does(Do.CREATE_LEAD), STRICT)))
    assert contradictions(check(does(Do.CREATE_LEAD), ALL)) == []
    assert contradictions(check(does(Do.CREATE_LEAD, Do.CREATE_COMPANY), STRICT)) == []


def test_a_lead_for_known_clients_only_needs_no_new_contact() -> None:
    lead = ActionSpec(id="lead", do=Do.CREATE_LEAD)
    assert contradictions(check(matrix(lead, when=When(client=(Client.KNOWN,))), STRICT)) == []


def test_what_the_crm_lacks_and_nothing_stands_in_for_is_refused() -> None:
    bare = replace(ALL, kinds=frozenset({Kind.CONTACT, Kind.DEAL}))
    assert any("no comment records" in text for text in contradictions(check(does(Do.COMMENT), bare)))


def test_what_something_stands_in_for_is_remarked_on() -> None:
    problems = check(does(Do.CREATE_LEAD), replace(ALL, kinds=ALL.kinds - {Kind.LEAD}))
    assert contradictions(problems) == []
    assert any(problem.severity is Severity.REMARK and problem.action == "create_lead" for problem in problems)


def test_an_action_that_is_not_ticked_contradicts_nothing() -> None:
    unticked = matrix(ActionSpec(id="lead", do=Do.CREATE_LEAD, enabled=False))
    assert contradictions(check(unticked, STRICT)) == []


def test_the_same_action_id_twice_in_a_row_is_refused() -> None:
    twice = matrix(ActionSpec(id="x", do=Do.TASK), ActionSpec(id="x", do=Do.TASK))
    assert any("Two actions" in text for text in contradictions(check(twice, ALL)))


def test_an_action_id_that_means_another_kind_in_another_row_is_refused() -> None:
    rows = tuple(
        Row(id=do.value, when=When(), actions=(ActionSpec(id="x", do=do),)) for do in (Do.TASK, Do.CREATE_CONTACT)
    )
    assert any("another kind" in text for text in contradictions(check(Matrix(rows=rows), ALL)))


def test_two_rows_of_one_id_are_refused() -> None:
    rows = (Row(id="x", when=When()), Row(id="x", when=When()))
    assert any("Two rows" in text for text in contradictions(check(Matrix(rows=rows), ALL)))


def test_situations_without_a_row_are_listed_in_plain_words() -> None:
    holes = [str(problem.reason) for problem in check(Matrix(), ALL) if problem.severity is Severity.HOLE]
    assert "Incoming call from a new client, missed" in holes
    assert "Form sent by a known client" in holes
    assert len(holes) == len(set(holes)) == 24


def test_a_row_that_nothing_reaches_is_remarked_on() -> None:
    rows = (Row(id="all", when=When()), Row(id="never", when=When(direction=(Direction.IN,))))
    assert [problem.row for problem in check(Matrix(rows=rows), ALL) if problem.severity is Severity.REMARK] == [
        "never"
    ]


@pytest.mark.parametrize(
    ("wanted", "there", "made"),
    [
        (Kind.LEAD, {Kind.LEAD, Kind.DEAL}, Kind.LEAD),
        (Kind.LEAD, {Kind.DEAL}, Kind.DEAL),
        (Kind.DEAL, {Kind.LEAD}, Kind.LEAD),
        (Kind.TASK, {Kind.COMMENT}, Kind.COMMENT),
        (Kind.CALL, {Kind.COMMENT}, Kind.COMMENT),
        (Kind.COMPANY, {Kind.CONTACT}, None),
    ],
)
def test_what_stands_in_for_what(wanted: Kind, there: set[Kind], made: Kind | None) -> None:
    assert substitute(wanted, replace(ALL, kinds=frozenset(there))) is made
