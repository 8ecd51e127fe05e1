"""A project with calls, people to tell, and stand-ins for Telegram and a mail server."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings
from tests.alerts.telegram_twin import TelegramTwin
from tests.factories import Desk, open_desk

from switchhook.alerts.models import AlertMessage, AlertRule
from switchhook.alerts.sending import deliver
from switchhook.alerts.telling import tell
from switchhook.alerts.watching import notice
from switchhook.calls.models import Call
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.missed.desk import follow
from switchhook.projects.models import Role

NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""Friday, 12:00 in Kyiv."""


class Office:
    """The project, its clock in the test's hand."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.project, self.now = desk, desk.project, NOON

    def rule(self, kind: str, *, tells: Role | None = Role.OWNER, **values: Any) -> AlertRule:
        """A rule that tells the owner, and does not wait for working hours unless `values` say so."""
        made = {"since": NOON - timedelta(days=30), "waits": False, **values}
        rule = AlertRule.objects.create(project=self.project, kind=kind, **made)
        if tells:
            rule.users.add(self.desk.members[tells])
        return rule

    def missed(self, client: str = "+380671234567", minutes_ago: float = 1, **values: Any) -> Call:
        """A missed call."""
        started = self.now - timedelta(minutes=minutes_ago)
        return self.desk.call(client, status="missed", started_at=started, ended_at=started, employee=None, **values)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def look(self) -> list[AlertMessage]:
        """One look of the hub: what it writes, sent as far as that goes; oldest first."""
        follow(self.project, set(Call.objects.values_list("client_number", flat=True)))
        for rule in AlertRule.objects.filter(active=True).select_related("project"):
            notice(rule, self.now)
        written = tell(self.now)
        for message in AlertMessage.objects.filter(state="waiting", try_at__lte=self.now):
            deliver(message.pk, self.now)
        return list(AlertMessage.objects.filter(pk__in=written).order_by("pk"))


@pytest.fixture
def office(db: None, settings: Settings) -> Office:
    settings.PUBLIC_URL = "https://hub.example"
    return Office(open_desk())


@pytest.fixture
def telegram(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TelegramTwin]:
    twin = TelegramTwin()
    with run_in_thread(twin.app()) as running:
        settings.TELEGRAM_URL = running.url
        monkeypatch.setenv(ALLOW_PRIVATE, "1")
        yield twin


class PostOffice(socketserver.ThreadingTCPServer):
    """A mail server that takes messages over SMTP. `refuse` is what it answers to RCPT instead."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.refuse = b""
        super().__init__(("127.0.0.1", 0), _Counter)


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        self.say(b"220 post office")
        while line := self.rfile.readline().strip():
            match line[:4].upper():
                case b"RCPT" if self.server.refuse:
                    self.say(self.server.refuse)
                case b"DATA":
                    self.say(b"354 go on")
                    letter = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        letter.append(part)
                    self.server.letters.append(b"".join(letter).decode())
                    self.say(b"250 taken")
                case b"QUIT":
                    self.say(b"221 bye")
                    return
                case _:
                    self.say(b"250 well")

    def say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")


@pytest.fixture
def post(settings: Settings) -> Iterator[PostOffice]:
    with PostOffice() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        yield server
        server.shutdown()
        thread.join(5)
