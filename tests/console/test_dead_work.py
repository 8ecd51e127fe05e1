"""Dead work as a manager mends it: the cause, what to do, where; and everything of one cause sent again at once."""

import re

import pytest
from django.test import Client
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.services import add
from switchhook.delivery.models import Delivery, Effect
from switchhook.projects.models import AuditEntry

NO_OWNER, NO_FIELD = "The owner is not active.", "Field cf_source is too long."


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/deliveries/"


@pytest.fixture
def dead(desk: Desk) -> list[Effect]:
    """Two of one cause, one of another, one that waits for it."""
    made = [desk.effect(desk.call(), state="refused", error=NO_OWNER, error_code="rejected") for _ in range(2)]
    made.append(desk.effect(desk.call("+380501112233"), state="refused", error=NO_FIELD, error_code="rejected"))
    blocked = desk.effect(desk.call(), "call", "call", state="blocked", error="Mend that first.", error_code="rejected")
    return [*made, blocked]


def text_of(browser: Client, page: str) -> str:
    return " ".join(browser.get(page).content.decode().split())


def cause(desk: Desk, error: str) -> dict[str, str]:
    return {"cause": "1", "connection": str(desk.crm.pk), "code": "rejected", "kind": "contact", "error": error}


def states() -> list[str]:
    return list(Effect.objects.order_by("pk").values_list("state", flat=True))


def test_causes_are_counted_with_advice_and_where_to_mend_them(
    desk: Desk, owner: Client, page: str, dead: list[Effect]
) -> None:
    html = text_of(owner, page).partition("By cause")[2].partition("Tick all")[0]
    assert html.index(NO_OWNER) < html.index(NO_FIELD)
    assert re.search(r"badge--bad num\">2</span>.*?The owner is not active", html)
    assert "Correct the cause named here" in html
    assert f"/p/{desk.project.pk}/connections/{desk.crm.pk}/fields" in html


def test_a_setting_at_fault_leads_to_the_accounts_settings(desk: Desk, acme: Office, owner: Client, page: str) -> None:
    crm = add(desk.project, "acme", credentials={"api_key": "good-key"})
    effect = desk.effect(desk.call(), state="refused", error="No folder is chosen.", error_code="misconfigured")
    Effect.objects.filter(pk=effect.pk).update(connection=crm)
    assert f"/p/{desk.project.pk}/connections/{crm.pk}/set-up" in text_of(owner, page)


def test_one_cause_can_be_looked_at_alone(owner: Client, page: str, dead: list[Effect]) -> None:
    link = re.search(r'href="(\?tab=attention&amp;[^"]*too\+long[^"]*)"', owner.get(page).content.decode())
    assert link
    html = text_of(owner, page + link[1].replace("&amp;", "&"))
    boxes = re.findall(r'name="effect" value="(\d+)"', html)
    assert boxes == [str(dead[2].pk)]
    assert "Only those of one cause are shown." in html


def test_all_of_one_cause_are_sent_again(desk: Desk, manager: Client, page: str, dead: list[Effect]) -> None:
    manager.post(f"{page}resend", cause(desk, NO_OWNER))
    assert states()[:3] == ["planned", "planned", "refused"]
    entry = AuditEntry.objects.get(action="effect.resend")
    assert (entry.changes["calls"] >= 2, entry.changes["error"]) == (True, NO_OWNER)


def test_the_ticked_are_sent_again(manager: Client, page: str, dead: list[Effect]) -> None:
    manager.post(f"{page}resend", {"effect": [dead[1].pk]})
    assert states()[:3] == ["refused", "planned", "refused"]


def test_a_cause_of_another_project_is_not_touched(desk: Desk, stranger: Client, dead: list[Effect]) -> None:
    from switchhook.projects.models import Project

    own = Project.objects.get(name="Other").pk
    stranger.post(f"/p/{own}/deliveries/resend", cause(desk, NO_OWNER))
    assert states()[:2] == ["refused", "refused"]


@pytest.mark.parametrize("nonsense", [{}, {"connection": "x"}, {"connection": "9" * 30}])
def test_a_cause_that_names_nothing_sends_nothing(
    manager: Client, page: str, dead: list[Effect], nonsense: dict[str, str]
) -> None:
    manager.post(f"{page}resend", {"cause": "1", "code": "rejected", **nonsense})
    assert "planned" not in states()


def test_a_viewer_sees_causes_and_no_buttons(viewer: Client, page: str, dead: list[Effect]) -> None:
    html = text_of(viewer, page)
    assert NO_OWNER in html
    assert 'name="cause"' not in html
    assert "/fields" not in html


def test_what_is_blocked_says_what_it_waits_for(owner: Client, page: str, dead: list[Effect]) -> None:
    assert "Mend that one; this one is then sent with it." in text_of(owner, page)


def test_the_client_is_a_click_away(desk: Desk, owner: Client, page: str, dead: list[Effect]) -> None:
    desk.known(title="Anna Kovalenko", url="https://crm.example.com/contacts/1")
    assert 'href="https://crm.example.com/contacts/1"' in text_of(owner, page)


def test_what_was_kept_back_has_a_list_of_its_own(desk: Desk, owner: Client, page: str) -> None:
    assert "tab=kept" not in text_of(owner, page)
    Delivery.objects.filter(pk=desk.delivery(desk.call()).pk).update(state="kept")
    assert "Kept back</span>" in text_of(owner, f"{page}?tab=kept")
