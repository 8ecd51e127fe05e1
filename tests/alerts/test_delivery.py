"""Messages on their way: real SMTP, the Bot API's stand-in, and what becomes of what cannot be delivered."""

from datetime import timedelta

import pytest
from pytest_django import Settings
from tests.alerts.conftest import NOON, Office, PostOffice
from tests.alerts.telegram_twin import TelegramTwin

from switchhook.alerts import linking
from switchhook.alerts.models import AlertMessage, TelegramBot, TelegramChat
from switchhook.alerts.tasks import watch_for_alerts
from switchhook.core.errors import AuthFailed, Rejected
from switchhook.mail_url import mail_server
from switchhook.projects.models import Membership, Role

OLENA, GROUP = 501, -100700


def link(
    office: Office, telegram: TelegramTwin, chat_id: int = OLENA, language: str = "en", **chat: str
) -> TelegramChat:
    """The owner invites, somebody presses Start in his chat, the hub looks."""
    owner = office.desk.members[Role.OWNER]
    bot = linking.set_bot(office.project, telegram.token)
    code = linking.invite(office.project, owner, language, office.now).code
    telegram.write(chat_id, f"/start@{telegram.username} {code}" if chat_id < 0 else f"/start {code}", **chat)
    (linked,) = linking.read(bot, office.now)
    return linked


def test_a_chat_is_linked_by_its_code_once(office: Office, telegram: TelegramTwin) -> None:
    telegram.write(OLENA, "hello")
    chat = link(office, telegram, first_name="Olena", last_name="K.")
    assert (chat.title, chat.chat_id, telegram.sent) == (
        "Olena K.",
        OLENA,
        [(OLENA, "This chat is linked. Alerts of Acme come here.")],
    )
    bot = TelegramBot.objects.get()
    code = telegram.updates[-1]["message"]["text"]
    telegram.write(666, code)
    assert linking.read(bot, office.now) == []
    assert TelegramChat.objects.count() == 1


def test_an_old_code_links_nothing(office: Office, telegram: TelegramTwin) -> None:
    bot = linking.set_bot(office.project, telegram.token)
    code = linking.invite(office.project, office.desk.members[Role.OWNER], "en", NOON - timedelta(hours=1)).code
    telegram.write(OLENA, f"/start {code}")
    assert linking.read(bot, NOON) == []


def test_alerts_go_to_chats_and_groups_in_their_language(office: Office, telegram: TelegramTwin) -> None:
    rule = office.rule("missed", tells=None)
    rule.chats.add(link(office, telegram), link(office, telegram, GROUP, "pl", title="Sales"))
    office.missed()
    assert [one.state for one in office.look()] == ["sent", "sent"]
    texts = dict(telegram.sent)
    assert texts[OLENA].startswith("1 missed call\n")
    assert texts[GROUP].startswith("1 nieodebrane połączenie\n")
    assert telegram.token not in AlertMessage.objects.values_list("text", flat=True)[0]


def test_the_private_chat_of_somebody_who_left_is_told_nothing_and_a_group_is(
    office: Office, telegram: TelegramTwin
) -> None:
    rule = office.rule("missed", tells=None)
    rule.chats.add(link(office, telegram), link(office, telegram, GROUP, title="Sales"))
    Membership.objects.filter(user=office.desk.members[Role.OWNER]).delete()
    office.missed()
    assert [one.address for one in office.look()] == [str(GROUP)]


def test_a_token_that_telegram_does_not_know_is_not_saved(office: Office, telegram: TelegramTwin) -> None:
    with pytest.raises(AuthFailed):
        linking.set_bot(office.project, "1:wrong")
    with pytest.raises(Rejected):
        linking.set_bot(office.project, "../../etc")
    assert not TelegramBot.objects.exists()


def test_a_bot_that_another_program_reads_says_so(office: Office, telegram: TelegramTwin) -> None:
    bot = linking.set_bot(office.project, telegram.token)
    telegram.webhook = "https://elsewhere.example"
    with pytest.raises(Rejected, match="bot of its own"):
        linking.read(bot, office.now)
    bot.refresh_from_db()
    assert "bot of its own" in bot.error


def test_a_message_waits_while_telegram_is_out_and_is_sent_then(office: Office, telegram: TelegramTwin) -> None:
    rule = office.rule("missed", tells=None)
    rule.chats.add(link(office, telegram))
    telegram.down = True
    office.missed()
    (message,) = office.look()
    assert (message.state, message.attempts, message.error_code) == ("waiting", 1, "outcome_unknown")
    telegram.down = False
    office.wait(seconds=5)
    office.look()
    assert len(telegram.sent) == 1, "only the greeting: its time has not come"
    office.wait(minutes=1)
    office.look()
    office.look()
    message.refresh_from_db()
    assert (message.state, len(telegram.sent)) == ("sent", 2)


def test_a_chat_that_has_thrown_the_bot_out_ends_the_message(office: Office, telegram: TelegramTwin) -> None:
    rule = office.rule("missed", tells=None)
    rule.chats.add(link(office, telegram))
    telegram.refuse(OLENA, 403, "Forbidden: bot was blocked by the user")
    office.missed()
    (message,) = office.look()
    assert (message.state, message.error_code) == ("failed", "rejected")
    assert "blocked or removed" in message.error


def test_telegram_is_asked_again_when_it_says(office: Office, telegram: TelegramTwin) -> None:
    rule = office.rule("missed", tells=None)
    rule.chats.add(link(office, telegram))
    telegram.refuse(OLENA, 429, "Too Many Requests: retry after 40", retry_after=40)
    office.missed()
    (message,) = office.look()
    assert message.try_at == office.now + timedelta(seconds=40)


def test_a_group_that_became_a_supergroup_is_followed(office: Office, telegram: TelegramTwin) -> None:
    rule = office.rule("missed", tells=None)
    chat = link(office, telegram, GROUP, title="Sales")
    rule.chats.add(chat)
    telegram.refuse(GROUP, 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-200800)
    telegram.chats[-200800] = {"id": -200800}
    office.missed()
    assert [one.state for one in office.look()] == ["sent"]
    chat.refresh_from_db()
    assert (chat.chat_id, telegram.sent[-1][0]) == (-200800, -200800)


def test_mail_goes_out_over_smtp(office: Office, post: PostOffice) -> None:
    office.rule("missed")
    office.missed()
    assert [one.state for one in office.look()] == ["sent"]
    (letter,) = post.letters
    assert "Subject: Acme: 1 missed call" in letter
    assert "https://hub.example/p/" in letter


@pytest.mark.parametrize(("answer", "state"), [(b"550 no such user", "failed"), (b"451 later", "waiting")])
def test_a_mail_server_that_refuses_is_believed(office: Office, post: PostOffice, answer: bytes, state: str) -> None:
    post.refuse = answer
    office.rule("missed")
    office.missed()
    assert [one.state for one in office.look()] == [state]


def test_a_hub_without_mail_server_says_what_is_missing(office: Office, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    office.rule("missed")
    office.missed()
    (message,) = office.look()
    assert (message.state, message.error_code) == ("failed", "misconfigured")
    assert "EMAIL_URL" in message.error


def test_a_message_whose_job_was_lost_is_queued_again(office: Office) -> None:
    from django.utils import timezone
    from procrastinate.contrib.django.models import ProcrastinateJob

    old = timezone.now() - timedelta(hours=1)
    rule = office.rule("missed", tells=None)
    lost = AlertMessage.objects.create(
        project=office.project, rule=rule, channel="email", address="a@example.com", created_at=old, try_at=old
    )
    watch_for_alerts.func()
    jobs = ProcrastinateJob.objects.filter(task_name="send_alert").values_list("args", flat=True)
    assert list(jobs) == [{"message_id": lost.pk}]


def test_the_mail_server_is_read_from_one_address() -> None:
    open_ = mail_server("smtp://hub%40acme.com:p%3Aw@mail.acme.com?tls=off")
    sealed = mail_server("smtps://mail.acme.com")
    assert open_
    assert (open_.user, open_.password, open_.port, open_.starttls) == ("hub@acme.com", "p:w", 587, False)
    assert sealed
    assert (sealed.port, sealed.tls, sealed.starttls) == (465, True, False)
    assert mail_server("") is None
    with pytest.raises(Exception, match="EMAIL_URL must look like"):
        mail_server("mail.acme.com:25")
