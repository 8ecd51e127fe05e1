"""Which CRMs the demo runs on."""

import pytest

from switchhook.connectors.registry import manifests
from switchhook.core.errors import Misconfigured
from switchhook.demo.seed import empty_line
from switchhook.demo.stage import crms_of, serving, telephony_of
from switchhook.projects.models import Project, Role


def test_a_crm_is_chosen_by_its_name() -> None:
    assert [crm.slug for crm in crms_of("builtin")] == ["builtin"]


def test_all_are_the_hubs_own_and_every_one_with_a_twin() -> None:
    chosen = [crm.slug for crm in crms_of("all")]
    assert chosen[0] == "builtin"
    assert set(chosen[1:]) == {crm.slug for crm in manifests().values() if crm.role == "crm" and crm.twin}


@pytest.mark.parametrize(("asked", "said"), [("ringostat", "is not a CRM"), ("nobody", "is not installed")])
def test_what_is_no_crm_is_refused(asked: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        crms_of(asked)


def test_every_twin_has_an_address_of_its_own() -> None:
    with serving(telephony_of(), crms_of("all")) as stage:
        urls = stage.urls()
    assert set(urls) == {telephony_of().slug, *(crm.slug for crm in crms_of("all") if not crm.local)}
    assert len(set(urls.values())) == len(urls)


@pytest.mark.django_db
def test_an_empty_demo_has_an_owner_the_local_crm_and_what_to_enter_for_each_twin() -> None:
    with serving(telephony_of(), crms_of("all")) as stage:
        line = empty_line(stage.telephony, stage.crms, url="http://127.0.0.1:1", twins=stage.urls())
    project = Project.objects.get(pk=line["project"])
    assert [connection.connector for connection in project.connections.all()] == ["builtin"]
    assert [member.role for member in project.memberships.all()] == [Role.OWNER]
    assert set(line["accounts"]) == set(line["twins"])
    assert all(value for account in line["accounts"].values() for value in account.values())
