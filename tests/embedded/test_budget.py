from dataclasses import fields

from django.conf import settings

from switchhook.embedded.config import MAX_CONNECTIONS
from switchhook.web.asgi import Options

OWN = 10
"""Listeners, monitor and engine of both processes."""
COMMANDS = 30
"""Room for commands beside a running hub, and what PostgreSQL keeps for itself."""


def test_the_connections_of_one_web_and_one_worker_process_fit_the_embedded_database() -> None:
    pages = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    fast = next(field.default for field in fields(Options) if field.name == "connections")
    assert isinstance(fast, int)
    assert pages * 2 + fast + OWN + COMMANDS <= MAX_CONNECTIONS
