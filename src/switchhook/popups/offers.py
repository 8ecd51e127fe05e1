"""What can be created from the pop-up, at which CRM, for which client: only what works is offered."""

import json
from functools import lru_cache

from switchhook.calls.models import Call
from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured, SwitchhookError
from switchhook.core.records import Capabilities, Kind
from switchhook.delivery import observing
from switchhook.popups.clients import Match

_NOTHING = Capabilities(kinds=frozenset(), updatable=frozenset())
_OFFERED = (Kind.CONTACT, Kind.LEAD, Kind.DEAL, Kind.ORDER)


def capabilities(crm: Connection) -> Capabilities:
    """What the CRM can do, as it is set up now; nothing where it cannot be opened. Sends no request."""
    return _capabilities(crm.pk, json.dumps(crm.settings, sort_keys=True), crm.credentials_version)


@lru_cache(maxsize=256)
def _capabilities(crm_id: int, settings: str, version: int) -> Capabilities:
    # Its arguments are what the answer hangs on: whoever changes the connection asks anew.
    crm = Connection.objects.select_related("project").get(pk=crm_id)
    try:
        return open_crm(crm).capabilities
    except SwitchhookError:
        return _NOTHING


def takes_writing(crm: Connection, call: Call | None) -> bool:
    """Whether anything may be written for the call at this CRM: not of stopped lines, and not while it is observed."""
    if call is None or not call.client_number or call.stopped or call.journal_only:
        return False
    return crm.state != ConnectionState.PAUSED and not observing.watches(crm, call)


def creatable(crm: Connection, call: Call | None, match: Match | None) -> list[Kind]:
    """Kinds of records that may be created for the client now."""
    if not takes_writing(crm, call) or crm.setting("update_only", False):
        return []
    can = capabilities(crm)
    return [kind for kind in _OFFERED if kind in can.kinds and _is_sensible(kind, match, can)]


def _is_sensible(kind: Kind, match: Match | None, can: Capabilities) -> bool:
    there = {sale.ref.kind for sale in match.sales} if match else set()
    if kind is Kind.CONTACT:
        return match is None or match.ref.kind != Kind.CONTACT
    if kind is Kind.ORDER:
        return True
    rival = {Kind.LEAD, Kind.DEAL} if can.lead_excludes_deal else {kind}
    return not there & rival


def takes_comments(crm: Connection, call: Call | None) -> bool:
    """Whether what is written in the pop-up can go to this CRM."""
    can = capabilities(crm)
    return takes_writing(crm, call) and Kind.COMMENT in can.kinds and bool(can.comment_links)


def named_by(crm: Connection) -> frozenset[str]:
    """The kinds of records by which the panel names a client at this CRM; none: by all."""
    try:
        return frozenset(manifest(crm.connector).panel_kinds)
    except Misconfigured:  # its connector is not installed any more
        return frozenset()


def may_name(crm: Connection, match: Match | None) -> bool:
    """Whether the panel shows this client of this CRM."""
    kinds = named_by(crm)
    return match is not None and (not kinds or match.ref.kind.value in kinds)
