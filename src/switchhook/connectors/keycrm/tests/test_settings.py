"""What a connection is configured with, and what its forms offer."""

from typing import Any

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.keycrm.config import Config
from switchhook.connectors.keycrm.connector import KeyCrm, connect
from switchhook.connectors.keycrm.tests.account import TwinAccount
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured
from switchhook.core.mapping import offered
from switchhook.core.records import Kind

LINK = "https://hook.example/telephony/3f2a9c71d0b84e"


def config(**values: Any) -> Config:
    return Config.of(Account(settings={"api_key": "key-of-the-account", **values}))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"api_key": ""}, "api_key"),
        ({"api_key": "two words"}, "api_key"),
        ({"api_key": "ключ"}, "api_key"),
        ({"service_link": "hook.example/x"}, "service_link"),
        ({"service_link": "ftp://hook.example"}, "service_link"),
        ({"service_link": "https://["}, "service_link"),
        ({"source_id": "Site"}, "source_id"),
        ({"requests_per_minute": -5}, "requests_per_minute"),
        ({"requests_per_minute": "0"}, "requests_per_minute"),
        ({"account": "two words"}, "account"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        config(**values)
    assert refusal.value.field == field


def test_what_is_left_out_has_a_default() -> None:
    plain = config(requests_per_minute=None, source_id="", account=None)
    assert (plain.requests_per_minute, plain.source_id, plain.page_url) == (60, None, "")
    assert plain.base_url == "https://openapi.keycrm.app/v1"
    assert plain.comments_to == "buyer"


@pytest.mark.parametrize("typed", ["acme", "ACME.keycrm.app", "https://acme.keycrm.app/app/leads", " acme "])
def test_the_account_is_understood_from_any_of_its_addresses(typed: str) -> None:
    assert config(account=typed).page_url == "https://acme.keycrm.app/app"


def test_a_form_may_send_numbers_as_they_come() -> None:
    assert config(requests_per_minute=20.0, source_id=5).requests_per_minute == 20
    assert config(source_id="5").source_id == 5


def test_no_secret_shows_in_the_configuration() -> None:
    shown = repr(config(service_link=LINK))
    assert "key-of-the-account" not in shown
    assert "3f2a9c71d0b84e" not in shown


def test_the_manifest_seals_the_key_and_the_link() -> None:
    found = manifest("keycrm")
    assert {field.name for field in found.fields if field.secret} == {"api_key", "service_link"}
    assert {field.name for field in found.fields} == {
        name for name in Config.__dataclass_fields__ if not name.startswith("_")
    }
    assert found.default_preset == "keycrm-once"


def test_sources_are_offered(account: TwinAccount) -> None:
    crm = account.connect()
    assert [(choice.value, choice.label) for choice in crm.choices("source_id")] == [("5", "Telephony"), ("6", "Site")]
    assert crm.choices("account") == ()


def test_only_text_fields_of_the_kind_are_offered(account: TwinAccount) -> None:
    crm = account.connect()
    for kind, names in {
        Kind.DEAL: ["LD_1021", "LD_1022"],
        Kind.CONTACT: ["CT_1031"],
        Kind.COMPANY: ["CY_1041"],
        Kind.ORDER: ["OR_1051"],
        Kind.LEAD: [],
    }.items():
        assert [field.name for field in offered(crm.fields(kind), kind)] == names
    assert {field.type for field in crm.fields(Kind.DEAL)} == {"text", "select"}


def test_funnels_come_with_their_stages(account: TwinAccount) -> None:
    first, second = account.connect().pipelines()
    assert (first.id, first.name, second.name) == ("1", "Sales", "Context ads")
    assert [(stage.name, stage.closed) for stage in first.stages] == [
        ("New", False), ("In work", False), ("Success", True), ("Lost", True)
    ]  # fmt: skip


def test_who_is_blocked_is_not_active(account: TwinAccount) -> None:
    account.people("set_user", id=12, status="blocked")
    users = account.connect().users()
    assert [(user.id, user.email, user.active) for user in users] == [
        ("11", "acme_olena@example.com", True), ("12", "acme_piotr@example.com", False)
    ]  # fmt: skip


def test_more_users_than_fit_on_a_page_are_all_known(account: TwinAccount) -> None:
    account.configure(users=[[f"Person {number}", f"p{number}@example.com"] for number in range(70)])
    assert len(account.connect().users()) == 70
    account.configure(users=[list(pair) for pair in account.config.users])


@pytest.mark.parametrize(
    ("settings", "remark"),
    [
        ({"service_link": ""}, "told in the buyer's note"),
        ({"fallback_internal_number": ""}, "KeyCRM will not take those"),
        ({"source_id": "99"}, "no longer in KeyCRM"),
    ],
)
def test_the_check_says_what_is_lacking(account: TwinAccount, settings: dict[str, Any], remark: str) -> None:
    assert any(remark in said for said in account.connect(**settings).check().remarks)
    assert len(account.connect().check().remarks) == 1


def test_an_address_that_is_no_keycrm_is_said_to_be_none(account: TwinAccount) -> None:
    with pytest.raises(Misconfigured) as refusal:
        account.connect(base_url=f"{account.url}/elsewhere").check()
    assert refusal.value.field == "api_key"


def test_opening_an_account_sends_nothing() -> None:
    assert isinstance(connect(Account(credentials={"api_key": "key-of-the-account"})), KeyCrm)
