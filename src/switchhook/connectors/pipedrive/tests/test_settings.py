"""What a connection can be set to, and what its check says."""

from typing import Any

import pytest

from switchhook.connectors.pipedrive.connector import connect
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin.config import field_code
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured, Rejected
from switchhook.core.mapping import offered
from switchhook.core.records import Draft, Kind


def test_the_form_asks_for_secrets_first_and_for_the_rest_once_connected() -> None:
    fields = {field.name: field for field in manifest("pipedrive").fields}
    assert {name for name, field in fields.items() if field.secret} == {"api_token", "client_secret", "refresh_token"}
    assert all(field.step == "set_up" for field in fields.values() if field.loaded)
    assert manifest("pipedrive").default_preset == "pipedrive-leads"


def test_without_any_credentials_the_token_is_asked_for(office: Office) -> None:
    with pytest.raises(Misconfigured) as refusal:
        connect(office.account({}))
    assert refusal.value.field == "api_token"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan", "huge"),
        ("call_record", "both"),
        ("phone_search", "fuzzy"),
        ("language", "de"),
        ("seats", "many"),
        ("sync_minutes", "often"),
        ("visit_fields", ["person:utm_source"]),
        ("visit_fields", ["company:utm_source:abc"]),
    ],
)
def test_a_setting_that_cannot_be_is_named(office: Office, name: str, value: Any) -> None:
    with pytest.raises(Misconfigured) as refusal:
        office.connect(**{name: value})
    assert refusal.value.field == name


def test_a_token_with_signs_that_no_token_has_is_refused(office: Office) -> None:
    with pytest.raises(Misconfigured) as refusal:
        connect(office.account({"api_token": "tøken\n"}))
    assert refusal.value.field == "api_token"


@pytest.mark.parametrize("domain", ["acme", "acme.pipedrive.com", "https://acme.pipedrive.com/pipeline"])
def test_the_companys_domain_may_be_typed_in_any_way(office: Office, domain: str) -> None:
    made = office.add_contact("Ivan", "+380671234567")
    assert office.connect(company_domain=domain).get(made).url == f"https://acme.pipedrive.com/person/{made.id}"


# --- what the account offers ------------------------------------------------------------------------------------------


def test_loaded_settings_come_from_the_account(office: Office) -> None:
    crm = office.connect()
    assert [choice.label for choice in crm.choices("company_domain")] == ["acme.pipedrive.com"]
    assert {"call", "task"} < {choice.value for choice in crm.choices("call_type")}
    assert crm.choices("something else") == ()


def test_a_type_that_is_switched_off_is_not_offered(office: Office) -> None:
    office.people("switch_type", key="task", active=False)
    assert "task" not in {choice.value for choice in office.connect().choices("task_type")}


def test_own_text_fields_alone_can_be_mapped(office: Office) -> None:
    office.people("add_field", kind="deal", name="Long story", type="text")
    fields = office.connect().fields(Kind.LEAD)
    labels = {field.label for field in offered(fields, Kind.LEAD)}
    assert {"Long story", "utm_source"} < labels
    assert not {"Title", "Value", "Segment"} & labels
    assert {field.type for field in fields if field.label == "Segment"} == {"enum"}
    assert office.connect().fields(Kind.TASK) == []


def test_fields_named_like_tags_are_offered_for_them(office: Office) -> None:
    office.people("add_field", kind="deal", name="Source")
    values = {choice.value for choice in office.connect().choices("visit_fields")}
    expected = {f"{owner}:utm_source:{field_code(owner, 'utm_source')}" for owner in ("person", "deal")}
    assert expected | {f"deal:source:{field_code('deal', 'Source')}"} <= values


def test_missing_fields_are_made_once_where_that_is_wanted(office: Office) -> None:
    office.people("remove_fields", kind="deal", names=["utm_source", "utm_term"])
    crm = office.connect(make_visit_fields=True)
    first = crm.choices("visit_fields")
    assert sum(choice.value.startswith("deal:utm_") for choice in first) == 5
    assert crm.choices("visit_fields") == first


def test_without_that_nothing_is_made(office: Office) -> None:
    office.people("remove_fields", kind="deal", names=["utm_source"])
    crm = office.connect()
    before = office.state()["fields"]
    assert not [choice for choice in crm.choices("visit_fields") if choice.value.startswith("deal:utm_source")]
    assert office.state()["fields"] == before


def test_pipelines_come_in_their_order_with_their_stages(office: Office) -> None:
    pipelines = office.connect().pipelines()
    assert [pipeline.name for pipeline in pipelines] == ["Sales", "New"]
    assert [stage.name for stage in pipelines[1].stages] == ["Incoming", "Negotiation"]


def test_users_who_left_are_not_active(office: Office) -> None:
    office.people("dismiss", id=102)
    assert [user.active for user in office.connect().users()] == [True, False]


# --- the check --------------------------------------------------------------------------------------------------------


def test_a_well_kept_account_has_little_to_remark(office: Office) -> None:
    chosen = [choice.value for choice in office.connect().choices("visit_fields")]
    health = office.connect(visit_fields=chosen, plan="premium", seats=5).check()
    assert health.account_name == "Acme"
    assert health.remarks == ("The hub writes as Olena Kovalenko.",)


def test_a_plan_that_is_not_the_accounts_is_remarked_on(office: Office) -> None:
    remarks = office.connect(plan="growth", seats=2).check().remarks
    assert "Pipedrive allows 750000 tokens a day; plan and seats in the settings make 120000." in remarks


def test_types_that_are_switched_off_are_remarked_on(office: Office) -> None:
    office.people("switch_type", key="task", active=False)
    assert any("“task”" in remark for remark in office.connect().check().remarks)


def test_fields_that_are_gone_are_remarked_on(office: Office) -> None:
    remarks = office.connect(visit_fields=[f"deal:utm_source:{'0' * 40}"]).check().remarks
    assert any("utm_source (lead, deal)" in remark for remark in remarks)


def test_a_type_that_is_gone_is_a_refusal_with_the_vendors_words(office: Office) -> None:
    person = office.add_contact("Ivan", "+380671234567")
    with pytest.raises(Rejected, match="type"):
        office.connect(task_type="gone").create(
            Draft(kind=Kind.TASK, values={"subject": "Call"}, links=(person,)), mark=""
        )
