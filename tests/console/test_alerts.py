"""The page of alerts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings
from tests.alerts.telegram_twin import TelegramTwin
from tests.console.alert_rows import BOT_TOKEN, fill_working_time
from tests.console.conftest import signed_in
from tests.factories import Desk

from switchhook.alerts.models import AlertMessage, AlertRule, TelegramBot, TelegramChat, TelegramInvitation
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.projects.models import Role


@pytest.fixture
def admin(desk: Desk) -> Client:
    return signed_in(desk, Role.ADMIN)


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/alerts/"


@pytest.fixture
def telegram(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TelegramTwin]:
    twin = TelegramTwin(token=BOT_TOKEN)
    with run_in_thread(twin.app()) as running:
        settings.TELEGRAM_URL = running.url
        monkeypatch.setenv(ALLOW_PRIVATE, "1")
        yield twin


def test_a_rule_is_made_changed_switched_off_and_removed(desk: Desk, admin: Client, page: str) -> None:
    owner = desk.members[Role.OWNER]
    assert "choose the first alert" in admin.get(page).content.decode()
    assert admin.post(f"{page}new/work", {"threshold": "90"}).status_code == 422, "nobody would be told"
    admin.post(f"{page}new/work", {"threshold": "90", "users": [owner.pk], "employees": [desk.olena.pk]})
    rule = AlertRule.objects.get()
    assert (rule.threshold, rule.waits, rule.users.get(), rule.employees.get()) == (90, False, owner, desk.olena)
    admin.post(f"{page}{rule.pk}/", {"threshold": "30", "users": [owner.pk], "waits": "on"})
    rule.refresh_from_db()
    assert (rule.threshold, rule.waits, rule.employees.count()) == (30, True, 0)
    admin.post(f"{page}{rule.pk}/change", {"do": "off"})
    rule.refresh_from_db()
    assert not rule.active
    admin.post(f"{page}{rule.pk}/change", {"do": "remove"})
    assert not AlertRule.objects.exists()
    assert set(desk.project.audit.values_list("action", flat=True)) >= {"alert.save", "alert.off", "alert.remove"}


def test_people_of_another_project_cannot_be_told(desk: Desk, admin: Client, page: str, stranger: Client) -> None:
    from switchhook.projects.models import Membership

    theirs = Membership.objects.exclude(project=desk.project)[0].user
    assert admin.post(f"{page}new/missed", {"users": [theirs.pk]}).status_code == 422


def test_a_test_goes_to_every_recipient(
    desk: Desk, admin: Client, page: str, telegram: TelegramTwin, mailoutbox: list[EmailMessage]
) -> None:
    rule = fill_working_time(desk)["rule"]
    telegram.chats[501] = {"id": 501}
    answer = admin.post(f"{page}{rule.pk}/change", {"do": "test"}, follow=True)
    assert "A test is sent to 2 recipients." in answer.content.decode()
    assert "This is a test" in telegram.sent[0][1]
    assert [mail.to for mail in mailoutbox] == [[desk.members[Role.OWNER].email]]


def test_what_was_not_delivered_says_why_and_can_be_sent_again(
    desk: Desk, admin: Client, page: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    message = fill_working_time(desk, "The mail server does not take this address.")["message"]
    assert "The mail server does not take this address." in admin.get(page).content.decode()
    admin.post(f"{page}messages/{message.pk}/again")
    assert AlertMessage.objects.get().state == "sent"
    assert len(mailoutbox) == 1


def test_a_hub_without_mail_server_names_the_setting(admin: Client, page: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "EMAIL_URL=smtp://" in admin.get(page).content.decode()


def test_a_bot_is_connected_and_a_chat_linked_by_its_link(
    desk: Desk, admin: Client, page: str, telegram: TelegramTwin
) -> None:
    refused = admin.post(f"{page}telegram", {"token": "1:wrong"})
    assert (refused.status_code, "does not know this bot token" in refused.content.decode()) == (422, True)
    connected = admin.post(f"{page}telegram", {"token": telegram.token}, follow=True).content.decode()
    code = TelegramInvitation.objects.get(project=desk.project).code
    assert f"https://t.me/acme_alerts_bot?start={code}" in connected
    assert telegram.token not in connected
    assert "No chat has pressed Start" in admin.post(f"{page}telegram/check", follow=True).content.decode()
    telegram.write(501, f"/start {code}", first_name="Olena")
    assert "Linked: Olena" in admin.post(f"{page}telegram/check", follow=True).content.decode()
    admin.post(f"{page}telegram/chats/{TelegramChat.objects.get().pk}/remove")
    admin.post(f"{page}telegram", {"do": "remove"})
    assert not TelegramBot.objects.exists()


def test_the_bot_s_token_is_sealed_and_shown_nowhere(desk: Desk, admin: Client, page: str) -> None:
    fill_working_time(desk)
    bot: Any = TelegramBot.objects.get()
    assert BOT_TOKEN not in bot.sealed_token
    assert bot.token == BOT_TOKEN
    assert BOT_TOKEN not in admin.get(page).content.decode()
