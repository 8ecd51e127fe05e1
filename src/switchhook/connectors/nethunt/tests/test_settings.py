"""What the admin can choose from, what is checked of his choice, and what is refused before any request."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from switchhook.connectors.allowances import Costs, Ungoverned
from switchhook.connectors.base import Account
from switchhook.connectors.nethunt.config import FOLDER_SETTINGS, ROLES, Config, email_in, user_of
from switchhook.connectors.nethunt.connector import NetHunt, connect
from switchhook.connectors.nethunt.tests.account import PHONE, WITHOUT_MARKS, account_at
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.nethunt.twin import TwinConfig, ukrainian
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured, RateLimited
from switchhook.core.records import Draft, Kind

Opened = Callable[..., tuple[NetHunt, TwinAt]]


def contact(crm: NetHunt, **values: Any) -> None:
    crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE], **values}), mark="")


# --- the manifest -----------------------------------------------------------------------------------------------------


def test_every_role_of_a_folder_has_its_setting_and_every_such_setting_is_read() -> None:
    wanted = {f"{kind.value}_{role}" for kind, roles in ROLES.items() for role in roles} | {*FOLDER_SETTINGS.values()}
    offered = {field.name for field in manifest("nethunt").fields if field.loaded}
    assert offered == wanted


def test_a_field_is_chosen_after_its_folder() -> None:
    fields = {field.name: field for field in manifest("nethunt").fields}
    for kind, setting in FOLDER_SETTINGS.items():
        assert {fields[f"{kind.value}_{role}"].after for role in ROLES[kind]} == {(setting,)}


def test_what_the_form_requires_is_what_the_connector_requires() -> None:
    required = {field.name for field in manifest("nethunt").fields if field.required}
    assert required == {"email", "api_key", "contacts_folder", "contact_name", "contact_phone"}


def test_the_key_is_the_one_secret() -> None:
    assert [field.name for field in manifest("nethunt").fields if field.secret] == ["api_key"]


# --- choices ----------------------------------------------------------------------------------------------------------


def test_folders_that_can_be_read_and_written_are_offered(crm_at: Opened) -> None:
    crm, twin = crm_at(folders=ukrainian())
    assert [choice.label for choice in crm.choices("deals_folder")] == ["Контакти", "Компанії", "Угоди", "Завдання"]
    assert crm.choices("deals_folder")[2].value == twin.config.folder("deals").id


def test_the_fields_of_the_chosen_folder_are_offered(crm_at: Opened) -> None:
    crm, _twin = crm_at(folders=ukrainian())
    names = [choice.value for choice in crm.choices("task_due")]
    assert names == ["Ім'я", "Виконано", "Термін", "Priority", "Опис", "Виконавець", "Пов'язані записи"]


def test_before_a_folder_is_chosen_no_field_is_offered(twin: TwinAt) -> None:
    config = twin.config
    bare = connect(Account(credentials={"email": config.email, "api_key": config.api_key}))
    assert list(bare.choices("contact_phone")) == []
    assert list(bare.choices("managers")) == []


def test_fields_that_hold_something_else_than_text_are_not_offered_for_mapping(twin: TwinAt, crm: NetHunt) -> None:
    assert [field.name for field in crm.fields(Kind.CONTACT)] == ["Landing page", "City", "Birthday", "Deals won"]
    twin.people("add", folder="contacts", fields={"Name": "Jan", "Birthday": "1990-01-31", "City": "Kyiv"})
    assert [field.name for field in crm.fields(Kind.CONTACT)] == ["Landing page", "City", "Deals won"]
    assert list(crm.fields(Kind.LEAD)) == list(crm.fields(Kind.TASK)) == []


def test_users_are_those_typed_the_keys_owner_and_whoever_has_contacts(crm_at: Opened) -> None:
    people = (("Olena", "o@example.com"), ("Piotr", "p@example.com"), ("Ivan", "i@example.com"))
    crm, _twin = crm_at(members=people, email="o@example.com", settings={"managers": "Piotr N <P@example.com>\n\n"})
    contact(crm, owner="i@example.com")
    assert [(user.id, user.name) for user in crm.users()] == [
        ("i@example.com", "i"),
        ("o@example.com", "Olena"),
        ("p@example.com", "Piotr N"),
    ]


def test_the_folder_of_deals_is_the_one_pipeline(crm: NetHunt) -> None:
    (pipeline,) = crm.pipelines()
    assert pipeline.name == "Deals"
    assert [(stage.id, stage.closed) for stage in pipeline.stages] == [("New", False), ("Won", True), ("Lost", True)]


@pytest.mark.parametrize("settings", [{"deals_folder": ""}, {"deal_stage": ""}, {"deal_new_stage": ""}])
def test_without_a_stage_to_begin_in_there_is_no_pipeline(crm_at: Opened, settings: dict[str, str]) -> None:
    crm, _twin = crm_at(settings=settings)
    assert list(crm.pipelines()) == []


# --- the check --------------------------------------------------------------------------------------------------------


def test_a_key_without_any_folder_passes_the_check(twin: TwinAt) -> None:
    account = account_at(twin.url, twin.config)
    bare = Account(credentials=account.credentials, settings={"base_url": account.settings["base_url"]})
    assert connect(bare).check().account_name == "NetHunt CRM (Olena Kovalenko)"


def test_a_field_that_is_not_there_any_more_is_remarked_on(twin: TwinAt, crm: NetHunt) -> None:
    twin.people("rename_field", folder="deals", **{"from": "Stage", "to": "Phase"})
    assert crm.check().remarks == ("The folder “Deals” has no field Stage: choose it anew.",)


def test_a_folder_that_is_not_there_is_remarked_on(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"tasks_folder": "65f0000000000000000000ff"})
    (remark,) = crm.check().remarks
    assert "folder of each task" in remark


def test_numbers_in_local_form_are_remarked_on(twin: TwinAt, crm: NetHunt) -> None:
    contact(crm)
    twin.people("contact", name="Typed", phone="067 123 45 68")
    (remark,) = crm.check().remarks
    assert remark.startswith("1 of 2 numbers")


@pytest.mark.parametrize(("understood", "remarks"), [(True, 0), (False, 1)])
def test_the_check_tells_whether_several_spellings_can_be_asked_at_once(
    crm_at: Opened, understood: bool, remarks: int
) -> None:
    crm, _twin = crm_at(alternatives=understood)
    contact(crm)
    assert len(crm.check().remarks) == remarks


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"email": ""}, "email"),
        ({"api_key": " "}, "api_key"),
        ({"monthly_calls": "many"}, "monthly_calls"),
        ({"managers": "Olena\n"}, "managers"),
        ({"base_url": "nowhere"}, "base_url"),
    ],
)
def test_settings_that_cannot_be_read_are_named(settings: dict[str, str], field: str) -> None:
    config = TwinConfig()
    credentials = {"email": config.email, "api_key": config.api_key} | {
        name: value for name, value in settings.items() if name in {"email", "api_key"}
    }
    with pytest.raises(Misconfigured) as refusal:
        connect(Account(credentials=credentials, settings=settings))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("settings", "kind", "field"),
    [
        ({"contacts_folder": ""}, Kind.CONTACT, "contacts_folder"),
        ({"contact_phone": ""}, Kind.CONTACT, "contact_phone"),
        ({"contact_source": "Name"}, Kind.CONTACT, "contact_source"),
        ({"deal_contact": ""}, Kind.DEAL, "deal_contact"),
        ({"deals_folder": "65f0000000000000000000c4"}, Kind.DEAL, "deals_folder"),
    ],
)
def test_a_choice_that_is_missing_or_contradicts_is_named_before_any_request(
    crm_at: Opened, settings: dict[str, str], kind: Kind, field: str
) -> None:
    crm, twin = crm_at(settings=settings)
    with pytest.raises(Misconfigured) as refusal:
        crm.create(Draft(kind=kind, values={"name": "x", "title": "x"}), mark="")
    assert refusal.value.field == field
    assert twin.asked() == []


def test_an_account_in_the_making_says_what_is_missing(twin: TwinAt) -> None:
    bare = connect(Account(credentials={"email": twin.config.email, "api_key": twin.config.api_key}))
    for attempt in (lambda: bare.find_by_phone(PHONE), lambda: bare.changes("")):
        with pytest.raises(Misconfigured) as refusal:
            attempt()
        assert refusal.value.field == "contacts_folder"
    assert Kind.CONTACT in bare.capabilities.kinds


@pytest.mark.parametrize(
    ("line", "user"),
    [
        ("a@example.com", ("a@example.com", "a")),
        (" Anna K <A@Example.com> ", ("a@example.com", "Anna K")),
        ("<a@example.com>", ("a@example.com", "a")),
        ("Anna", None),
        ("Anna a@example.com", None),
        ("", None),
    ],
)
def test_a_manager_is_an_e_mail_with_or_without_a_name(line: str, user: tuple[str, str] | None) -> None:
    found = user_of(line)
    assert (found and (found.id, found.name)) == user


def test_a_persons_value_is_read_by_its_e_mail() -> None:
    assert [email_in(value) for value in ("A@b.example", "Anna <a@b.example>", "Anna", None)] == [
        "a@b.example",
        "a@b.example",
        "",
        "",
    ]


# --- limits -----------------------------------------------------------------------------------------------------------


class Counting(Ungoverned):
    """Notes what each request is said to cost."""

    def __init__(self) -> None:
        self.costs: list[Costs] = []
        self.stopped: list[float] = []

    def admit(self, costs: Costs) -> Any:
        self.costs.append(costs)
        return super().admit(costs)

    def stop(self, seconds: float) -> None:
        self.stopped.append(seconds)


def opened(twin: TwinAt, governor: Counting, **settings: Any) -> NetHunt:
    account = account_at(twin.url, twin.config, **settings)
    return connect(Account(credentials=account.credentials, settings=account.settings, governor=governor))


def test_every_request_counts_towards_the_plans_month(twin: TwinAt) -> None:
    governor = Counting()
    opened(twin, governor, monthly_calls="10000").find_by_phone(PHONE)
    named = [{allowance.name: (allowance.most, cost) for allowance, cost in one.items()} for one in governor.costs]
    assert named == [{"at once": (5, 1.0), "month": (10_000, 1.0)}] * 2


def test_without_a_cap_no_month_is_counted(twin: TwinAt) -> None:
    governor = Counting()
    opened(twin, governor, monthly_calls=0).find_by_phone(PHONE)
    assert {allowance.name for one in governor.costs for allowance in one} == {"at once"}


def test_a_refusal_for_the_limit_stops_all_of_the_account(twin: TwinAt) -> None:
    governor = Counting()
    crm = opened(twin, governor)
    twin.control("faults", action="status", status=429, body="Too many requests")
    with pytest.raises(RateLimited):
        crm.check()
    assert governor.stopped == [2.0]


def test_the_configuration_never_shows_the_key() -> None:
    config = TwinConfig()
    account = account_at("http://127.0.0.1", config, **WITHOUT_MARKS)
    assert not re.search(config.api_key, f"{account!r} {Config.of(account)!r}")
