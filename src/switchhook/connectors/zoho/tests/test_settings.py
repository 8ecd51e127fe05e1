"""Settings: what is offered, what is checked, what is told about them."""

from typing import Any

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.registry import manifest
from switchhook.connectors.zoho.config import Config
from switchhook.connectors.zoho.connector import connect
from switchhook.connectors.zoho.details import Description, compose, parse
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, open_crm
from switchhook.connectors.zoho.twin.demo import demo_twin
from switchhook.core.errors import Misconfigured
from switchhook.core.records import Kind

CLIENT = {"client_id": "1000.ABC", "client_secret": "the-client-secret"}


def config(**settings: Any) -> Config:
    return Config.of(Account(credentials=CLIENT, settings=settings))


def test_the_defaults_of_form_and_connector_are_the_same() -> None:
    fields = {field.name: field for field in manifest("zoho").fields}
    given = {name: field.default for name, field in fields.items() if field.default is not None}
    assert config(**given) == config()


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_a_missing_credential_is_named(missing: str) -> None:
    rest = {name: value for name, value in CLIENT.items() if name != missing}
    with pytest.raises(Misconfigured) as refusal:
        connect(Account(credentials=rest))
    assert refusal.value.field == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_center", "mars"),
        ("base_url", "www.zohoapis.eu"),
        ("accounts_url", "ftp://accounts.zoho.eu"),
        ("web_url", "https://"),
        ("look_up", "guess"),
        ("closing_days", "soon"),
        ("closing_days", -1),
        ("edition", "platinum"),
        ("fixed_values", ["Leads.Company"]),
        ("fixed_values", ["Company = Acme"]),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: Any) -> None:
    with pytest.raises(Misconfigured) as refusal:
        config(**{name: value})
    assert refusal.value.field == name


def test_lists_are_read_from_lines_and_from_choices_alike() -> None:
    read = config(won_stages="Paid\n Won \n", lost_stages=["Lost", "Lost"], fixed_values="Leads.City = Kyiv = Kiev")
    assert (read.won_stages, read.lost_stages) == (("Paid", "Won"), ("Lost",))
    assert read.fixed == {"Leads": {"City": "Kyiv = Kiev"}}


@pytest.mark.parametrize(
    ("settings", "web"),
    [
        ({}, "https://crm.zoho.eu/crm"),
        ({"data_center": "us"}, "https://crm.zoho.com/crm"),
        ({"web_url": "https://crm.zoho.eu/crm/org7/"}, "https://crm.zoho.eu/crm/org7"),
        ({"accounts_server": "https://accounts.zoho.in"}, "https://crm.zoho.in/crm"),
    ],
)
def test_records_open_in_the_accounts_own_data_centre(settings: dict[str, str], web: str) -> None:
    assert config(**settings).web_url == web


def test_only_own_single_lines_that_can_be_written_are_text(twin: TwinClient) -> None:
    fields = open_crm(twin).fields(Kind.LEAD)
    assert {(field.name, field.type, field.writable) for field in fields} == {
        ("UTM_Source", "text", True),
        ("UTM_Campaign", "text", True),
        ("Visitor", "text", True),
    }


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("layout", "5725767000000091023"),
        ("stage", "Paid"),
        ("lost_stages", "Closed Lost"),
        ("lost_lead_statuses", "Junk Lead"),
        ("lead_sources", "Telephony"),
        ("task_done_status", "Completed"),
        ("contact_phones", "Home_Phone"),
        ("company_phones", "Phone"),
    ],
)
def test_a_setting_is_chosen_from_what_the_account_has(twin: TwinClient, setting: str, value: str) -> None:
    assert value in {choice.value for choice in open_crm(twin).choices(setting)}


def test_every_loaded_setting_has_choices(twin: TwinClient) -> None:
    crm = open_crm(twin)
    loaded = [field.name for field in manifest("zoho").fields if field.loaded]
    assert all(crm.choices(name) for name in loaded)
    assert crm.choices("client_id") == []


def test_pipelines_tell_where_deals_enter_and_which_stages_are_closed(twin: TwinClient) -> None:
    first, second = open_crm(twin).pipelines()
    assert (first.id, first.name) == ("Standard (Standard) › Qualification", "Standard (Standard)")
    assert (second.id, [stage.id for stage in second.stages if stage.closed]) == (
        "Context ads › New",
        ["Paid", "Refused"],
    )


def test_users_who_left_are_told_as_inactive_and_deleted_ones_not_at_all(twin: TwinClient) -> None:
    people = [
        {"name": "Olena Kovalenko", "email": "olena@example.com"},
        {"name": "Piotr Nowak", "email": "piotr@example.com", "status": "inactive"},
        {"name": "Gone", "email": "gone@example.com", "status": "deleted"},
    ]
    twin.control("configure", users=people)
    users = open_crm(twin).users()
    assert [(user.name, user.email, user.active) for user in users] == [
        ("Olena Kovalenko", "olena@example.com", True),
        ("Piotr Nowak", "piotr@example.com", False),
    ]


def test_the_check_names_what_zoho_says_of_edition_and_licences(twin: TwinClient) -> None:
    (remark,) = open_crm(twin).check().remarks
    assert "edition enterprise, 10 licences, so 60000 credits a day and 20 requests at once" in remark
    assert open_crm(twin, edition="enterprise", licences=10).check().remarks == ()


def test_a_check_that_zoho_breaks_off_in_the_middle_has_passed(twin: TwinClient) -> None:
    twin.control("faults", action="status", path="/crm/v8/settings/*", status=503, body="maintenance", times=None)
    health = open_crm(twin, edition="enterprise", licences=10).check()
    assert health.account_name == "Acme"
    assert "there may be more to say" in health.remarks[-1]


def test_an_account_whose_name_is_not_told_is_called_by_its_user(twin: TwinClient) -> None:
    scopes = ["ZohoCRM.modules.ALL", "ZohoCRM.coql.READ", "ZohoCRM.users.READ", "ZohoCRM.settings.ALL"]
    twin.control("configure", scopes=scopes)
    assert open_crm(twin).check().account_name == "Olena Kovalenko"


def test_the_check_names_what_the_sign_in_does_not_open(twin: TwinClient) -> None:
    scopes = ["ZohoCRM.modules.leads.ALL", "ZohoCRM.modules.contacts.ALL", "ZohoCRM.coql.READ", "ZohoCRM.users.READ"]
    twin.control("configure", scopes=[*scopes, "ZohoCRM.org.READ"])
    remarks = open_crm(twin, edition="enterprise", licences=10).check().remarks
    named = [remark.split(":")[0] for remark in remarks]
    expected = ["Deals", "Accounts", "Tasks", "Calls", "settings of fields", "layouts and pipelines"]
    assert named == [f"Cannot read {name}" for name in expected]


def test_the_check_names_settings_whose_values_are_no_longer_there(twin: TwinClient) -> None:
    settings = {"edition": "enterprise", "licences": 10, "won_stages": ["Closed Won", "Celebrated"]}
    (remark,) = open_crm(twin, **settings).check().remarks
    assert remark == "No longer in Zoho CRM, or renamed there: Celebrated (setting won_stages)."


def test_the_demos_account_is_set_up_without_a_remark(twin: TwinClient) -> None:
    demo = demo_twin()
    url = str(twin.base_url).rstrip("/")
    settings, credentials = demo.settings(url), demo.credentials(url)
    assert connect(Account(credentials=credentials, settings=settings)).check().remarks == ()


@pytest.mark.parametrize(
    "text", ["", "One line", "A: b\nutm: c", "Two\n\nparts", "Summary: https://hub.example/r/1", " indented\n"]
)
def test_a_persons_own_description_is_left_as_it_is(text: str) -> None:
    assert parse(text, str) == Description(text)
    assert compose(Description(text), str) == text


def test_a_value_of_several_lines_becomes_one() -> None:
    written = compose(Description("", {"source": "a\nutm_x: b"}), str)
    assert written == "Source: a utm_x: b"
