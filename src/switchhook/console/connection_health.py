"""How a connection does, in a few dated facts: what last went well, what last went wrong, what runs out."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from switchhook.connections.models import AccessToken, Connection
from switchhook.connectors.registry import manifests
from switchhook.console.templatetags.console import when
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState
from switchhook.delivery.trace import worded
from switchhook.directory.models import SyncCursor
from switchhook.intake.models import RawEvent, RawState

RECENT = 200
QUIET = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the panel. `tone` is that of its dot: good, warn, bad, or "" for plain news."""

    tone: str
    name: str
    text: str
    detail: str = ""


def health(found: Connection) -> list[Fact]:
    """The facts that are known; a few rows are read by index, nothing is asked of the vendor."""
    return _of_telephony(found) if found.role == "telephony" else _of_crm(found)


def _of_telephony(found: Connection) -> list[Fact]:
    last = RawEvent.objects.filter(connection=found).order_by("-id").values_list("received_at", flat=True).first()
    if last is None:
        return [Fact("warn", _("Last event"), _("None has come yet. Paste the webhook address at your provider."))]
    states = list(RawEvent.objects.filter(connection=found).order_by("-id").values_list("state", flat=True)[:RECENT])
    wrong = states.count(RawState.FLAGGED)
    facts = [Fact("warn" if timezone.now() - last > QUIET else "good", _("Last event"), when(last))]
    if wrong:
        told = ngettext(
            "%(n)s of the last %(all)s could not be read", "%(n)s of the last %(all)s could not be read", wrong
        )
        facts.append(Fact("bad", _("Events"), told % {"n": wrong, "all": len(states)}))
    else:
        facts.append(Fact("good", _("Events"), _("The last %(n)s could be read") % {"n": len(states)}))
    return facts


def _of_crm(found: Connection) -> list[Fact]:
    return [*_work(found), *_directory(found), *_token(found)]


def _work(found: Connection) -> list[Fact]:
    done = Delivery.objects.filter(connection=found, state=DeliveryState.DONE).order_by("-id").first()
    refused = Effect.objects.filter(connection=found, state=EffectState.REFUSED).order_by("-updated_at").first()
    facts = [Fact("good", _("Last success"), when(done.done_at))] if done and done.done_at else []
    if not facts:
        facts.append(Fact("", _("Last success"), _("Nothing was written yet")))
    if refused:
        facts.append(Fact("bad", _("Last refusal"), when(refused.updated_at), worded(refused.error)))
    return facts


def _directory(found: Connection) -> list[Fact]:
    cursor = SyncCursor.objects.filter(connection=found).first()
    if cursor is None or cursor.synced_at is None:
        return [Fact("", _("Phone index"), _("Not filled yet"))]
    told = ngettext("%(n)s record read, %(time)s", "%(n)s records read, %(time)s", cursor.told)
    text = told % {"n": cursor.told, "time": when(cursor.synced_at)}
    if cursor.error:
        return [Fact("warn", _("Phone index"), text, worded(cursor.error))]
    return [Fact("good" if cursor.complete else "", _("Phone index"), text)]


def _token(found: Connection) -> list[Fact]:
    about = manifests().get(found.connector)
    token = AccessToken.objects.filter(connection=found).first()
    if about is None or token is None or token.expires_at is None:
        return []
    if token.error:
        text = _("Could not be renewed (%(time)s)") % {"time": when(token.failed_at)}
        return [Fact("bad", _("Access"), text, worded(token.error))]
    if token.expires_at > timezone.now():
        text = _("Good until %(time)s, then renewed by itself") % {"time": when(token.expires_at)}
    else:
        text = _("Ran out %(time)s; renewed with the next request") % {"time": when(token.expires_at)}
    return [Fact("good", _("Access"), text)]
