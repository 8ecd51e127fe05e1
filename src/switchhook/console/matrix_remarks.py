"""What a connection's settings make of a table's actions: why something that the table asks for will not be done."""

from itertools import product

from django.utils.translation import gettext as _

from switchhook.core.call import Direction
from switchhook.core.matrix import CARDS, MADE, ActionSpec, Role, When
from switchhook.core.matrix_shape import Group
from switchhook.core.planned import PlanSettings
from switchhook.core.records import Kind
from switchhook.core.situation import Channel, Outcome


def action_remarks(when: When, spec: ActionSpec, settings: PlanSettings) -> list[str]:
    """Remarks on one action, each a sentence with its remedy."""
    if not spec.enabled:
        return []
    found = []
    if spec.who is Role.SENIOR and not settings.may_work(settings.senior):
        found.append(_("No senior manager is chosen in the connection's settings, so this is nobody's."))
    if spec.who is Role.TOP and not settings.may_work(settings.top):
        found.append(_("No top manager is chosen in the connection's settings, so this is nobody's."))
    if settings.update_only and spec.do.kind in MADE:
        return [*found, _("Not made: the connection is set to “update only”.")]
    if when.channel is Channel.CALL:
        found += _left_out(when, spec, settings)
    return found


def _left_out(when: When, spec: ActionSpec, settings: PlanSettings) -> list[str]:
    ways = [way.value for way in when.direction or (Direction.IN, Direction.OUT)]
    if spec.do.kind in CARDS and not set(ways) & settings.cards_for:
        return [_("Not made: the connection's settings ask for no leads and deals in this direction.")]
    if spec.do.kind is Kind.CONTACT:
        outcomes = {Outcome.MISSED if one is Outcome.MISSED else Outcome.ANSWERED for one in when.outcome}
        kinds = {f"{way}-{one}" for way, one in product(ways, outcomes or {Outcome.ANSWERED, Outcome.MISSED})}
        if not kinds & settings.create_contacts:
            return [_("Not made: the connection's settings ask for no contacts of such calls.")]
    return []


def part_remark(group: Group, settings: PlanSettings) -> str:
    """What is to be said of a whole group; "" where there is nothing."""
    if group is not Group.INQUIRIES:
        return "" if Channel.CALL in settings.channels else _("Calls are switched off in the connection's settings.")
    off = {Channel.FORM, Channel.DIALOGUE} - settings.channels
    if len(off) == 2:
        return _("Site forms and messengers are switched off in the connection's settings.")
    if Channel.FORM in off:
        return _("Site forms are switched off in the connection's settings.")
    if Channel.DIALOGUE in off:
        return _("Messengers are switched off in the connection's settings.")
    return ""
