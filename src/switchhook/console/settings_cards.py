"""The cards of the settings page: where each leads, and how things stand there, in a line."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from switchhook.connections.models import Connection, ConnectionState
from switchhook.console.project_forms import country_name
from switchhook.console.templatetags.console import when
from switchhook.projects.models import (
    ApiToken,
    AuditEntry,
    Employee,
    IgnoredClient,
    Invitation,
    Membership,
    Number,
    Project,
    Role,
)
from switchhook.routing.scheme import read_scheme


@dataclass(frozen=True, slots=True)
class State:
    """How things stand; `warns` where somebody should look."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A settings page: `page` is the name of its address."""

    page: str
    symbol: str
    title: str | Promise
    state: Callable[[Project], State] | str | Promise
    needs: Role = Role.ADMIN


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as the page shows it."""

    href: str
    symbol: str
    title: str
    state: State


def shown_groups(project: Project, role: Role) -> list[tuple[str, list[Shown]]]:
    """The groups with the cards that `role` may open and that have something to be about."""
    groups = [
        (str(title), [made for card in cards if (made := _shown(card, project, role))]) for title, cards in _GROUPS
    ]
    return [(title, cards) for title, cards in groups if cards]


def _shown(card: Card, project: Project, role: Role) -> Shown | None:
    href = _address(card.page, project)
    if not href or not role.covers(card.needs):
        return None
    state = card.state(project) if callable(card.state) else State(str(card.state))
    return Shown(href, card.symbol, str(card.title), state)


def _address(page: str, project: Project) -> str:
    """The page's address; "" where it has nothing to be about."""
    arguments = [project.pk]
    if page == "forwarding":
        telephony = Connection.objects.filter(project=project, role="telephony").order_by("rank", "id").first()
        if telephony is None:
            return ""
        arguments.append(telephony.pk)
    return reverse(page, args=arguments)


def _business(project: Project) -> State:
    language = str(dict(settings.LANGUAGES).get(project.language, project.language))
    return State(" · ".join((project.time_zone.replace("_", " "), country_name(project.country), language)))


def _lines(project: Project) -> State:
    counted = Number.objects.filter(project=project).aggregate(all=Count("pk"), stopped=Count("pk", Q(stopped=True)))
    ignored = IgnoredClient.objects.filter(project=project).count()
    parts = [ngettext("%(n)s line", "%(n)s lines", counted["all"]) % {"n": counted["all"]}]
    if counted["stopped"]:
        parts.append(_("%(n)s on the stop list") % {"n": counted["stopped"]})
    if ignored:
        told = ngettext("%(n)s client is ignored", "%(n)s clients are ignored", ignored)
        parts.append(told % {"n": ignored})
    return State(", ".join(parts), warns=not counted["all"])


def _employees(project: Project) -> State:
    active = Employee.objects.filter(project=project, active=True)
    total, strangers = active.count(), active.filter(user=None).count()
    mute = active.filter(sips=[], mobiles=[], extension="").count()
    parts = [ngettext("%(n)s employee", "%(n)s employees", total) % {"n": total}]
    parts += [_("%(n)s without a sign-in") % {"n": strangers}] if strangers else []
    parts += [_("%(n)s without a line") % {"n": mute}] if mute else []
    return State(", ".join(parts), warns=bool(mute or not total))


def _members(project: Project) -> State:
    total = Membership.objects.filter(project=project).count()
    waiting = Invitation.objects.filter(project=project, ended_at=None, expires_at__gt=timezone.now()).count()
    told = ngettext("%(n)s person", "%(n)s people", total) % {"n": total}
    invited = ngettext("%(n)s open invitation", "%(n)s open invitations", waiting) % {"n": waiting}
    return State(f"{told}, {invited}" if waiting else told)


def _connections(project: Project) -> State:
    found = list(Connection.objects.filter(project=project))
    stopped = [one.name for one in found if one.state != ConnectionState.ACTIVE]
    told = ngettext("%(n)s connection", "%(n)s connections", len(found)) % {"n": len(found)}
    if stopped:
        return State(_("%(told)s; not working: %(names)s") % {"told": told, "names": ", ".join(stopped)}, warns=True)
    return State(told, warns=not found)


def _tokens(project: Project) -> State:
    total = ApiToken.objects.filter(project=project, revoked_at=None).count()
    return State(ngettext("%(n)s valid token", "%(n)s valid tokens", total) % {"n": total})


def _forwarding(project: Project) -> State:
    found = Connection.objects.filter(project=project, role="telephony").order_by("rank", "id").first()
    scheme = read_scheme(found.settings if found else {})
    return State(_("In an order of its own") if scheme.fixed else _("In the order of each CRM's scenario table"))


def _trail(project: Project) -> State:
    last = AuditEntry.objects.filter(project=project).select_related("user").order_by("-at", "-id").first()
    if last is None:
        return State(_("Nothing was changed yet"))
    who = str(last.user) if last.user else _("The hub or a program")
    return State(_("Last change: %(time)s, %(who)s") % {"time": when(last.at), "who": who})


_GROUPS: tuple[tuple[str | Promise, tuple[Card, ...]], ...] = (
    (
        gettext_lazy("The business"),
        (
            Card("project_settings", "building", gettext_lazy("Name, zone, country, language"), _business),
            Card("working_time", "clock", gettext_lazy("Working hours"), gettext_lazy("When open tasks fall due")),
            Card("holidays", "flag", gettext_lazy("Holidays"), gettext_lazy("Days on which nobody works")),
            Card("alerts", "warn", gettext_lazy("Alerts"), gettext_lazy("Who is told of missed calls and faults")),
        ),
    ),
    (
        gettext_lazy("People"),
        (
            Card("employees", "person", gettext_lazy("Employees"), _employees, Role.VIEWER),
            Card("absences", "leave", gettext_lazy("Absences"), gettext_lazy("Who is away, and who stands in")),
            Card("members", "people", gettext_lazy("Members"), _members),
            Card("show_to", "phone-in", gettext_lazy("Pop-up"), gettext_lazy("Who sees a call that rings for nobody")),
        ),
    ),
    (
        gettext_lazy("Calls"),
        (
            Card("numbers", "phone", gettext_lazy("Lines and stop list"), _lines, Role.VIEWER),
            Card(
                "scenarios", "rules", gettext_lazy("Scenarios"), gettext_lazy("What is made in the CRM for which call")
            ),
            Card("forwarding", "swap", gettext_lazy("Smart forwarding"), _forwarding),
        ),
    ),
    (
        gettext_lazy("Programs"),
        (
            Card("connections", "plug", gettext_lazy("Connections"), _connections, Role.VIEWER),
            Card("tokens", "key", gettext_lazy("API tokens"), _tokens),
            Card(
                "extension",
                "globe",
                gettext_lazy("Browser extension"),
                gettext_lazy("Calls from any page"),
                Role.VIEWER,
            ),
        ),
    ),
    (
        gettext_lazy("Oversight"),
        (Card("audit", "list", gettext_lazy("Audit trail"), _trail),),
    ),
)
