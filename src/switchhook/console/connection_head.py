"""What the head of every page of one connection needs."""

from typing import Any

from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifests


def head(found: Connection) -> dict[str, Any]:
    """The connection, its manifest (None where its connector is gone), and whether it has settings of its own."""
    about = manifests().get(found.connector)
    fields = about.fields if about else ()
    return {
        "connection": found,
        "manifest": about,
        "has_settings": any(not item.secret or item.step == "set_up" for item in fields),
    }
