"""What a connection's settings can be set to, as its account says now."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.models import Connection
from switchhook.connectors.base import Choice
from switchhook.connectors.registry import Field, manifest
from switchhook.core.errors import SwitchhookError


@dataclass(kw_only=True)
class Options:
    """`choices` by setting; `waiting` are fields whose own choices depend on others that are not known yet.

    `problem` is why the account could not be read (to the end).
    """

    choices: dict[str, Sequence[Choice]] = field(default_factory=dict)
    waiting: list[Field] = field(default_factory=list)
    problem: SwitchhookError | None = None


def options(connection: Connection, settings: Mapping[str, Any]) -> Options:
    """The choices of every loaded field, given `settings`, saved or not. Sends requests; raises nothing.

    After the first that fails no other is asked for: an account that does not answer is waited for once. A field after
    one that may be left empty does not wait where the account has choices for it all the same.
    """
    fields = manifest(connection.connector).fields
    required = {item.name for item in fields if item.required}
    found = Options(waiting=[item for item in fields if waits(item, fields, settings)])
    asked = [item for item in fields if item.loaded and (item not in found.waiting or not required & {*item.after})]
    if not asked:
        return found
    tried = copy(connection)
    tried.settings = dict(settings)
    try:
        crm = open_crm(tried, urgency=Urgency.LIVE)
        for item in asked:
            choices = crm.choices(item.name)
            if choices or item not in found.waiting:
                found.choices[item.name] = choices
    except SwitchhookError as error:
        found.problem = error
    found.waiting = [item for item in found.waiting if item.name not in found.choices]
    return found


def waits(item: Field, fields: Iterable[Field], settings: Mapping[str, Any]) -> bool:
    """Whether a field comes after others that are not set. A flag is always known: it is on or off."""
    flags = {other.name for other in fields if other.kind == "flag"}
    return any(name not in flags and settings.get(name) in (None, "", []) for name in item.after)


def lacking(connection: Connection) -> list[Field]:
    """Required settings that are not set yet, though what they come after is."""
    fields = manifest(connection.connector).fields
    return [
        item
        for item in fields
        if item.required
        and not waits(item, fields, connection.settings)
        and item.step == "set_up"
        and not item.secret
        and connection.setting(item.name, item.default) in (None, "", [])
    ]
