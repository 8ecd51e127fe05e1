"""Fields and pipelines: only what can be written is offered, no field twice, saved as the planner reads it."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.core.errors import Unreachable
from switchhook.projects.models import AuditEntry
from switchhook.scenarios.plan_settings import settings_of

HTMX = {"HX-Request": "true"}
KINDS = ("contact", "lead", "deal", "company")


@pytest.fixture
def crm(desk: Desk, acme: Office) -> Connection:
    return add(desk.project, "acme", credentials={"api_key": "good-key"}, region="eu")


@pytest.fixture
def page(desk: Desk, crm: Connection) -> str:
    return f"/p/{desk.project.pk}/connections/{crm.pk}/fields"


def form(**tables: list[dict[str, Any]]) -> dict[str, str]:
    """The page's form with these rows; the tables that are not named are empty."""
    sent: dict[str, str] = {"names-default_pipeline": ""}
    for prefix in (*KINDS, "pipelines"):
        rows = tables.get(prefix, [])
        sent |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        sent |= {f"{prefix}-{n}-{name}": str(value) for n, row in enumerate(rows) for name, value in row.items()}
    return sent


def rule(parameter: str, field: str, policy: str = "always") -> dict[str, str]:
    return {"parameter": parameter, "field": field, "policy": policy}


def stored(crm: Connection) -> dict[str, Any]:
    settings: dict[str, Any] = Connection.objects.get(pk=crm.pk).settings
    return settings


def test_the_page_itself_asks_the_crm_nothing(acme: Office, owner: Client, page: str) -> None:
    assert 'hx-trigger="load"' in owner.get(page).content.decode()
    assert acme.requests == []


def test_only_writable_text_fields_of_ones_own_are_offered(owner: Client, page: str) -> None:
    html = owner.get(page, headers=HTMX).content.decode()
    offered = {
        name for name in ("cf_source", "cf_campaign", "cf_keyword", "cf_age", "cf_locked") if f'"{name}"' in html
    }
    assert offered == {"cf_source", "cf_campaign", "cf_keyword"}


def test_parameters_are_those_of_every_call_and_those_seen_lately(desk: Desk, owner: Client, page: str) -> None:
    desk.call(state={"tags": {"Pool_Name": "Context ads"}, "utm": {"utm_gclid": "1"}})
    html = owner.get(page, headers=HTMX).content.decode()
    assert '<option value="utm_source">utm_source</option>' in html
    assert '<option value="project_number">Line that was called</option>' in html
    assert '<option value="pool_name">pool_name</option>' in html
    assert '<option value="utm_gclid">' in html


def test_rules_are_saved_as_the_planner_reads_them(crm: Connection, owner: Client, page: str) -> None:
    sent = form(
        contact=[rule("utm_source", "cf_source"), rule("campaign", "cf_campaign", "if_empty")],
        deal=[rule("keyword", "cf_keyword")],
    )
    assert owner.post(page, sent).status_code == 302
    assert stored(crm)["field_rules"] == [
        {"kind": "contact", "parameter": "utm_source", "field": "cf_source", "policy": "always"},
        {"kind": "contact", "parameter": "campaign", "field": "cf_campaign", "policy": "if_empty"},
        {"kind": "deal", "parameter": "keyword", "field": "cf_keyword", "policy": "always"},
    ]
    read = settings_of(Connection.objects.get(pk=crm.pk)).fields
    assert [(one.kind, one.parameter, one.policy) for one in read][1] == ("contact", "campaign", "if_empty")
    assert stored(crm)["region"] == "eu"
    assert "field_rules" in json.dumps(AuditEntry.objects.get(action="connection.fields").changes)


def test_an_untouched_row_says_nothing(crm: Connection, owner: Client, page: str) -> None:
    owner.post(page, form(contact=[rule("", "")]))
    assert stored(crm)["field_rules"] == []


def test_half_a_rule_is_refused_at_its_control(crm: Connection, owner: Client, page: str) -> None:
    answer = owner.post(page, form(contact=[rule("utm_source", "")]))
    assert (answer.status_code, "id_contact-0-field-error" in answer.content.decode()) == (422, True)


def test_one_field_takes_one_parameter(crm: Connection, owner: Client, page: str) -> None:
    answer = owner.post(page, form(contact=[rule("source", "cf_source"), rule("medium", "cf_source")]))
    assert answer.status_code == 422
    assert "takes one parameter only" in answer.content.decode()
    assert "field_rules" not in stored(crm)


def test_a_field_that_was_not_offered_is_refused(crm: Connection, owner: Client, page: str) -> None:
    assert owner.post(page, form(contact=[rule("source", "cf_age")])).status_code == 422


def test_a_saved_rule_for_a_field_that_is_gone_is_shown_and_must_be_mended(
    acme: Office,
    crm: Connection,
    owner: Client,
    page: str,
) -> None:
    owner.post(page, form(contact=[rule("source", "cf_source")]))
    acme.fields = []
    assert "cf_source (no longer offered)" in owner.get(page, headers=HTMX).content.decode()
    answer = owner.post(page, form(contact=[rule("source", "cf_source")]))
    assert "is not a writable text field of your own" in answer.content.decode()
    assert owner.post(page, form(contact=[{**rule("source", "cf_source"), "DELETE": "on"}])).status_code == 302
    assert stored(crm)["field_rules"] == []


def test_pipeline_rules_are_saved_in_the_order_that_was_given(crm: Connection, owner: Client, page: str) -> None:
    rules = [
        {"ORDER": 2, "parameter": "source", "value": "google", "pipeline": "p1"},
        {"ORDER": 1, "parameter": "utm_campaign", "value": " Context ads ", "pipeline": "p2"},
    ]
    sent = form(pipelines=rules) | {"names-default_pipeline": "p1"}
    assert owner.post(page, sent).status_code == 302
    assert stored(crm)["pipeline_rules"] == [
        {"parameter": "utm_campaign", "value": "Context ads", "pipeline": "p2"},
        {"parameter": "source", "value": "google", "pipeline": "p1"},
    ]
    read = settings_of(Connection.objects.get(pk=crm.pk))
    assert (read.default_pipeline, [one.pipeline for one in read.pipelines]) == ("p1", ["p2", "p1"])


def test_a_parameter_that_was_not_seen_yet_is_typed_in(crm: Connection, owner: Client, page: str) -> None:
    typed = {"parameter": "…", "other": " Roistat_Visit ", "field": "cf_source", "policy": "always"}
    assert owner.post(page, form(contact=[typed])).status_code == 302
    assert stored(crm)["field_rules"][0]["parameter"] == "roistat_visit"
    assert "Type the parameter" in owner.post(page, form(contact=[{**typed, "other": ""}])).content.decode()


def test_rules_are_tried_on_a_real_call_before_they_are_saved(
    acme: Office, desk: Desk, crm: Connection, owner: Client, page: str
) -> None:
    call = desk.call(state={"tags": {"pool_name": "Context ads"}, "utm": {"utm_source": "google"}})
    owner.get(page, headers=HTMX)
    asked = len(acme.requests)
    fields = [rule("utm_source", "cf_source"), rule("keyword", "cf_keyword"), rule("medium", "cf_source", "if_empty")]
    pipelines = [{"ORDER": 1, "parameter": "pool_name", "value": " context ADS ", "pipeline": "p2"}]
    sent = form(contact=fields, pipelines=pipelines) | {"call": str(call.pk)}
    context = owner.post(f"{page}/preview", sent, headers=HTMX).context
    told = [(line.value, line.good) for line in context["fields"]]
    assert told == [("google", True), ("", False), ("", False)]
    assert [(line.value, line.good) for line in context["pipelines"]] == [("Context ads", True)]
    assert context["fields"][0].field != "cf_source"
    assert len(acme.requests) == asked
    assert "field_rules" not in stored(crm)


def test_a_field_that_two_rules_fill_is_told_in_the_preview(desk: Desk, owner: Client, page: str) -> None:
    desk.call(state={"utm": {"utm_source": "google", "utm_medium": "cpc"}})
    fields = [rule("utm_source", "cf_source"), rule("utm_medium", "cf_source")]
    lines = owner.post(f"{page}/preview", form(contact=fields)).context["fields"]
    assert [line.good for line in lines] == [True, False]


def test_a_crm_that_does_not_answer_keeps_its_rules(acme: Office, crm: Connection, owner: Client, page: str) -> None:
    owner.post(page, form(contact=[rule("source", "cf_source")]))
    acme.failing = Unreachable("No answer in time.")
    html = owner.get(page, headers=HTMX).content.decode()
    assert "No answer in time." in html
    assert "The rules that are saved stay in force." in html
    assert owner.post(page, form()).status_code == 422
    assert len(stored(crm)["field_rules"]) == 1


def test_the_built_in_crm_has_pipelines_and_no_fields_of_its_own(desk: Desk, owner: Client) -> None:
    html = owner.get(f"/p/{desk.project.pk}/connections/{desk.crm.pk}/fields", headers=HTMX).content.decode()
    assert 'name="names-default_pipeline"' in html
    assert "this CRM has none for this kind" in html


def test_the_form_as_a_browser_sends_it_back_is_valid(crm: Connection, owner: Client, page: str) -> None:
    """Every control that is drawn, with what stands in it; tables without fields draw none."""
    shown = owner.get(page, {"load": "1"}).context
    tables = {table["kind"]: table for table in shown["tables"]}
    sets = [*(table["rows"] for table in tables.values()), shown["pipelines"]]
    drawn = [bound for rows in sets for bound in rows.management_form]
    drawn += [bound for kind in ("contact", "deal") for row in tables[kind]["rows"] for bound in row]
    drawn += [bound for row in shown["pipelines"] for bound in row]
    values = {bound.html_name: bound.value() for bound in [*drawn, *shown["names"]]}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    assert owner.post(page, sent).status_code == 302
    assert stored(crm)["field_rules"] == []
