"""Templates, field rules and pipeline rules."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.cases import (
    ALL,
    ANNA,
    NEW,
    PHONE,
    STRANGER,
    answered,
    contact,
    dialogue,
    known,
    lead,
    missed,
    planned,
    the,
)

from switchhook.core.analysis import analysis_text
from switchhook.core.mapping import (
    CrmField,
    FieldRule,
    PipelineRule,
    WritePolicy,
    check_fields,
    choose_pipeline,
    cut,
    mapped,
    offered,
    parameters,
    render,
    unknown_places,
)
from switchhook.core.matrix import ActionSpec, Do, Matrix, Row, When
from switchhook.core.records import Kind
from switchhook.core.situation import Step
from switchhook.scenarios.catalog import preset

LEADS = preset("pipedrive-leads")
CONTEXT = PipelineRule(pipeline="New", parameter="pool_name", value="Context ads")
KYIV = ZoneInfo("Europe/Kyiv")

# --- names and templates --------------------------------------------------------------------------------------------


def test_the_default_names_are_the_phone_and_call_phone_date() -> None:
    result = planned(missed(), NEW, LEADS)
    assert the(result, Kind.CONTACT).draft.values["name"] == PHONE
    assert the(result, Kind.COMPANY).draft.values["name"] == PHONE
    assert the(result, Kind.LEAD).draft.values["title"] == f"Call {PHONE} 2026-11-21"


def test_the_date_is_the_projects_and_not_utcs() -> None:
    assert parameters(missed(), zone=KYIV)["date"] == "2026-11-21"
    assert parameters(missed(), zone=ZoneInfo("UTC"))["date"] == "2026-11-20"


def test_names_can_be_edited() -> None:
    result = planned(missed(), NEW, LEADS, titles={"lead": "Заявка {phone}", "contact": "Client {phone}"})
    assert the(result, Kind.LEAD).draft.values["title"] == f"Заявка {PHONE}"
    assert the(result, Kind.CONTACT).draft.values["name"] == f"Client {PHONE}"


def test_the_default_names_and_texts_are_in_the_projects_language() -> None:
    words = {"Call {phone} {date}": "Дзвінок {phone} {date}", "Missed call from {phone}": "Пропущено {phone}"}
    result = planned(missed(), NEW, LEADS, translate=lambda text: words.get(text, text))
    assert the(result, Kind.LEAD).draft.values["title"] == f"Дзвінок {PHONE} 2026-11-21"
    assert the(result, Kind.TASK).draft.values["subject"] == f"Пропущено {PHONE}"


def test_a_name_is_cut_to_the_vendors_limit() -> None:
    short = replace(ALL, limits={"lead.title": 12})
    result = planned(missed(), NEW, LEADS, crm=short, titles={"contact": "x" * 999})
    assert the(result, Kind.LEAD).draft.values["title"] == "Call +38067…"
    assert len(the(result, Kind.CONTACT).draft.values["name"]) == 255


def test_an_empty_place_leaves_no_hole_in_the_text() -> None:
    assert render("Call {phone} {campaign} {date}", {"phone": "1", "date": "2"}) == "Call 1 2"


@given(st.text(), st.dictionaries(st.text(), st.text()), st.none() | st.integers(-1, 20))
def test_any_template_can_be_rendered(template: str, words: dict[str, str], limit: int | None) -> None:
    assert limit is None or len(render(template, words, limit=limit)) <= max(limit, 0)


@given(st.text(max_size=30), st.integers(0, 40))
def test_a_text_within_the_limit_is_left_alone(text: str, limit: int) -> None:
    assert cut(text, limit) == text or len(text) > limit


def test_unknown_places_of_a_template_are_named() -> None:
    assert unknown_places("{phone} {fone} {Pool_Name}", also=["pool_name"]) == ["fone"]


def test_the_line_of_an_unknown_employee_is_known() -> None:
    assert parameters(answered(), zone=KYIV, person=STRANGER)["line"] == "acme_lost"
    assert parameters(answered(), zone=KYIV)["line"] == "acme_anna"
    assert parameters(answered(), zone=KYIV, person=ANNA)["employee"] == "Anna Kovalenko"


def test_visit_tags_have_their_long_and_short_names() -> None:
    words = parameters(answered(utm={"utm_source": "google", "utm_term": "sofa"}), zone=KYIV)
    assert (words["source"], words["utm_source"], words["keyword"]) == ("google", "google", "sofa")


def test_a_tag_never_hides_what_the_call_says() -> None:
    words = parameters(answered(tags={"phone": "+1", "Pool_Name": "Ads"}), zone=KYIV)
    assert (words["phone"], words["pool_name"]) == (PHONE, "Ads")


def test_a_dialogue_names_its_client_its_messenger_and_its_chat() -> None:
    words = parameters(dialogue(Step.CONTACT_GIVEN), zone=KYIV)
    assert (words["name"], words["source"], words["link"]) == ("Ivan", "telegram", "https://hub/chat/7")


# --- deals into chosen pipelines ------------------------------------------------------------------------------------


def test_calls_of_the_pool_context_ads_go_into_the_pipeline_new() -> None:
    result = planned(
        answered(tags={"pool_name": "Context ads"}), NEW, preset("keycrm-once"), ANNA, pipelines=(CONTEXT,)
    )
    assert the(result, Kind.DEAL).draft.values["pipeline"] == "New"
    assert any("pool_name" in str(note) for note in result.notes)


def test_without_a_rule_that_holds_a_deal_goes_into_the_default_pipeline() -> None:
    assert choose_pipeline([CONTEXT], {"pool_name": "Print"}, "Main") == ("Main", None)


def test_of_several_rules_the_first_that_holds_counts() -> None:
    second = PipelineRule(pipeline="Second", parameter="pool_name", value="Context ads")
    assert choose_pipeline([CONTEXT, second], {"pool_name": "Context ads"}, "")[0] == "New"


@pytest.mark.parametrize("value", [" context ADS", "CONTEXT ADS  ", "Context ads"])
def test_the_comparison_trims_and_ignores_case(value: str) -> None:
    rule = PipelineRule(pipeline="New", parameter=" Pool_Name ", value=value)
    assert choose_pipeline([rule], {"pool_name": " Context Ads "}, "")[0] == "New"


def test_a_rule_without_a_value_holds_for_nothing() -> None:
    assert choose_pipeline([PipelineRule(pipeline="New", parameter="pool_name", value=" ")], {}, "Main")[0] == "Main"


# --- parameters into fields -----------------------------------------------------------------------------------------

FIELDS = [
    CrmField(kind=Kind.LEAD, name="cf_pool"),
    CrmField(kind=Kind.LEAD, name="title", custom=False),
    CrmField(kind=Kind.LEAD, name="cf_sum", type="number"),
    CrmField(kind=Kind.LEAD, name="cf_formula", writable=False),
    CrmField(kind=Kind.CONTACT, name="cf_pool"),
]
POOL = FieldRule(kind=Kind.LEAD, parameter="pool_name", field="cf_pool")


def test_only_the_accounts_own_writable_text_fields_are_offered() -> None:
    assert [f.name for f in offered(FIELDS, Kind.LEAD)] == ["cf_pool"]


@pytest.mark.parametrize("field", ["title", "cf_sum", "cf_formula", "gone"])
def test_another_field_is_refused(field: str) -> None:
    (problem,) = check_fields([FieldRule(kind=Kind.LEAD, parameter="source", field=field)], FIELDS)
    assert field in str(problem)


def test_one_field_cannot_take_two_parameters() -> None:
    again = FieldRule(kind=Kind.LEAD, parameter="source", field="cf_pool")
    (problem,) = check_fields([POOL, again], FIELDS)
    assert "one parameter only" in str(problem)


def test_a_contact_field_may_have_the_name_of_a_lead_field() -> None:
    assert check_fields([POOL, FieldRule(kind=Kind.CONTACT, parameter="pool_name", field="cf_pool")], FIELDS) == []


def test_a_parameter_goes_into_its_field_of_a_new_record() -> None:
    result = planned(missed(tags={"pool_name": "Ads"}), NEW, LEADS, fields=(POOL,))
    assert the(result, Kind.LEAD).draft.values["custom"] == {"cf_pool": "Ads"}
    assert "custom" not in the(result, Kind.CONTACT).draft.values


def test_an_empty_parameter_blanks_no_field() -> None:
    assert mapped([POOL], Kind.LEAD, {}) == {}


@pytest.mark.parametrize(
    ("policy", "held", "written"),
    [
        (WritePolicy.ALWAYS, {"cf_pool": "Old"}, {"cf_pool": "Ads"}),
        (WritePolicy.IF_EMPTY, {"cf_pool": "Old"}, {}),
        (WritePolicy.IF_EMPTY, {"cf_pool": ""}, {"cf_pool": "Ads"}),
        (WritePolicy.IF_EMPTY, {}, {"cf_pool": "Ads"}),
    ],
)
def test_the_write_policy_decides_over_a_field_that_is_filled(
    policy: WritePolicy, held: dict[str, str], written: dict[str, str]
) -> None:
    rule = FieldRule(kind=Kind.LEAD, parameter="pool_name", field="cf_pool", policy=policy)
    matrix = Matrix(rows=(Row(id="r", when=When(), actions=(ActionSpec(id="u", do=Do.UPDATE),)),))
    client = known(lead(values={"custom": held}), contact())
    result = planned(answered(tags={"pool_name": "Ads"}, utm={}), client, matrix, ANNA, fields=(rule,))
    assert [action.draft.values for action in result.actions] == ([{"custom": written}] if written else [])


# --- the analysis as a comment --------------------------------------------------------------------------------------


def test_the_analysis_names_all_its_parts_in_order() -> None:
    text = analysis_text(
        {
            "what_went_well": "Polite",
            "opening_score": "8",
            "opening_score_details": "Greeted",
            "customer_mood": "calm",
            "summary": "Хоче диван",
            "filler_words": "well",
            "attention_score": "no",
        },
        str,
    )
    assert text.splitlines() == [
        "Summary: Хоче диван",
        "Mood of the client: calm",
        "Opening: score: 8",
        "Opening: explanation: Greeted",
        "Other parameters: filler_words: well",
        "What went well: Polite",
        "Needs attention: score: no",
    ]


def test_other_parameters_are_said_to_be_none_where_there_are_none() -> None:
    assert "Other parameters: none" in analysis_text({"summary": "x"}, str)


def test_labels_are_in_the_projects_language_and_the_text_in_its_own() -> None:
    text = analysis_text({"summary": "Wants a sofa"}, {"Summary": "Резюме", "none": "немає"}.get)  # type: ignore[arg-type]
    assert "Резюме: Wants a sofa" in text


def test_an_empty_analysis_is_no_comment() -> None:
    assert analysis_text({"summary": " ", "customer_mood": None}, str) == ""


def test_the_vendors_transcript_link_stays_in_the_hub() -> None:
    assert "token" not in analysis_text({"summary": "x", "transcript_vtt": "https://v.example/a?token=1"}, str)
