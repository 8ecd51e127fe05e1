"""Which CRMs the demo runs on."""

import pytest

from switchhook.connectors.registry import manifests
from switchhook.core.errors import Misconfigured
from switchhook.demo.stage import crms_of, serving, telephony_of


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
