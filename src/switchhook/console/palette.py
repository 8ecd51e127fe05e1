"""What the command palette offers: pages and actions for the reader's role, keys that lead to pages, and what is found.

A command is offered only where the reader may open its page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.contrib.postgres.search import SearchVector
from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.calls.models import ClientNumber
from switchhook.calls.queries import known_clients
from switchhook.calls.search import known_entries, words_query
from switchhook.console.sections import SECTIONS
from switchhook.console.wording import KINDS
from switchhook.core import phone as phones
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project, Role

FEWEST_LETTERS = 2
_FEWEST_DIGITS = 3
_DIALABLE = 6
_MOST = 8
_KINDS = ("contact", "company", "lead", "deal")


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the palette: where it leads, or what it does (`action`), or whom it calls (`dial`).

    `words` are other words by which people look for it; `key` is pressed after G to go there.
    """

    title: str | Promise
    symbol: str
    href: str = ""
    note: str | Promise = ""
    words: str | Promise = ""
    key: str = ""
    action: str = ""
    dial: str = ""
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Options under a heading."""

    name: str
    title: str | Promise
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    title: str | Promise
    symbol: str
    needed: Role = Role.VIEWER
    key: str = ""
    words: str | Promise = ""
    section: str = ""


_PLACES = (
    _Place("overview", _("Overview"), "home", key="o", words=_("start home today")),
    _Place("calls", _("Calls"), "phone", key="c", words=_("journal recordings")),
    _Place("missed", _("Missed calls"), "phone-missed", key="m", words=_("call back")),
    _Place("reports", _("Reports"), "chart", key="r", words=_("figures statistics charts")),
    *(
        _Place("records", SECTIONS[folder].title, SECTIONS[folder].symbol, key=key, section=folder)
        for folder, key in (
            ("contacts", "k"),
            ("companies", "f"),
            ("leads", "l"),
            ("deals", "d"),
            ("orders", "b"),
            ("tasks", "t"),
        )
    ),
    _Place("board", _("Deals on a board"), "board", words=_("pipeline stages")),
    _Place("panel", _("Smart Phone panel"), "phone", words=_("window softphone")),
    _Place("calling", _("Calling"), "phone", Role.MANAGER, words=_("click to call softphone")),
    _Place("extension", _("Browser extension"), "globe", Role.MANAGER),
    _Place("first_run", _("First steps"), "flag", Role.ADMIN, words=_("guide wizard set up")),
    _Place("scenarios", _("Scenarios"), "rules", key="s", words=_("table rules matrix presets")),
    _Place("connections", _("Connections"), "plug", key="n", words=_("telephony CRM webhook")),
    _Place("employees", _("Employees"), "person", key="e", words=_("people staff SIP")),
    _Place("settings", _("Settings"), "gear", key="i"),
    _Place("numbers", _("Numbers"), "phone", words=_("lines stop list ignored spam")),
    _Place("working_time", _("Working hours"), "clock", words=_("holidays schedule due")),
    _Place("absences", _("Absences"), "person", words=_("vacation substitute")),
    _Place("alerts", _("Alerts"), "warn", Role.ADMIN, words=_("e-mail Telegram notify")),
    _Place("members", _("Members"), "people", Role.ADMIN, words=_("users roles invite")),
    _Place("audit", _("Audit trail"), "list", Role.ADMIN, words=_("who changed what log")),
    _Place("tokens", _("API tokens"), "key", Role.ADMIN, words=_("REST programs")),
    _Place("check", _("Check"), "pulse", key="h", words=_("health problems")),
    _Place("deliveries", _("Deliveries"), "send", key="v", words=_("resend failed queue")),
    _Place("events", _("Events"), "event", key="w", words=_("webhooks raw replay")),
)


def commands(project: Project, role: Role) -> list[Group]:
    """Pages and actions for a role."""
    return [
        Group("pages", _("Go to"), tuple(places(project, role))),
        Group("actions", _("Actions"), tuple(_actions(project, role))),
    ]


def places(project: Project, role: Role) -> Iterator[Option]:
    """The pages that a role may open."""
    for place in _PLACES:
        values = (project.pk, place.section) if place.section else (project.pk,)
        if role.covers(place.needed):
            yield Option(place.title, place.symbol, reverse(place.name, args=values), words=place.words, key=place.key)


def _actions(project: Project, role: Role) -> Iterator[Option]:
    if role.covers(Role.MANAGER):
        for section in SECTIONS.values():
            yield Option(section.new, "plus", reverse("new_record", args=(project.pk, section.folder)))
    if role.covers(Role.ADMIN):
        yield Option(_("New employee"), "plus", reverse("new_employee", args=(project.pk,)))
    yield Option(_("Change between light and dark"), "moon", action="theme", words=_("theme colours night"))
    for code, name in (("en", "English"), ("uk", "Українська"), ("pl", "Polski"), ("ru", "Русский")):
        yield Option(name, "globe", note=_("Language"), action=f"language:{code}", words=f"language {code}")
    yield Option(_("Keyboard shortcuts"), "info", action="shortcuts", words=_("keys help"))
    yield Option(_("Change password"), "key", reverse("account_change_password"))
    yield Option(_("Second factor"), "lock", reverse("mfa_index"))


def found(project: Project, role: Role, text: str) -> list[Group]:
    """What the project knows by a name or a part of a number: records, clients' calls, a number to call."""
    digits = phones.digits_of(text)
    is_number = not any(letter.isalpha() for letter in text) and len(digits) >= _FEWEST_DIGITS
    options = _of_number(project, digits, text) if is_number else _of_name(project, text)
    groups = [Group("found", _("Found"), tuple(options))]
    number = phones.normalize(text, project.country) if is_number and len(digits) >= _DIALABLE else None
    groups.append(Group("search", _("Search"), tuple(_searches(project, text))))
    if number and role.covers(Role.MANAGER):
        groups.insert(0, Group("number", _("Number"), tuple(_with_number(project, number))))
    return [group for group in groups if group.options]


def _of_name(project: Project, text: str) -> list[Option]:
    ranked = Case(
        *(When(kind=kind, then=Value(place)) for place, kind in enumerate(_KINDS)),
        default=Value(len(_KINDS)),
        output_field=IntegerField(),
    )
    named = known_entries(project).annotate(words=SearchVector("title", config="simple"))
    entries = named.filter(words=words_query(text), kind__in=_KINDS).select_related("connection")
    return _once(entries.order_by(ranked, "title", "pk")[: 4 * _MOST])


def _of_number(project: Project, digits: str, text: str) -> list[Option]:
    e164 = phones.normalize(text, project.country)
    numbers = ClientNumber.objects.filter(project=project)
    numbers = numbers.filter(Q(e164=e164 or "") | Q(e164__contains=digits.lstrip("0") or digits)).order_by("e164")
    listed = list(numbers.values_list("e164", flat=True).distinct()[:_MOST])
    entries = known_entries(project).filter(e164=e164, kind__in=_KINDS).select_related("connection") if e164 else ()
    clients = known_clients(project, listed)
    calls = [
        Option(
            client.name if (client := clients.get(number)) and client.name != number else phones.display(number),
            "phone",
            f"{reverse('calls', args=(project.pk,))}?{urlencode({'number': number})}",
            gettext("Calls of %(number)s") % {"number": phones.display(number)},
        )
        for number in listed
    ]
    return [*_once(entries), *calls]


def _once(entries: Iterable[DirectoryEntry]) -> list[Option]:
    """Each record once, however many numbers it has."""
    options: dict[tuple[int, str, str], Option] = {}
    for entry in entries:
        place = (entry.connection_id, entry.kind, entry.record_id)
        if entry.url.startswith(("/", "https://", "http://")) and place not in options:
            number = phones.display(entry.e164) if entry.e164 else ""
            note = " · ".join(filter(None, (str(KINDS[entry.kind]), number, entry.connection.name)))
            title = phones.display(entry.title) if entry.title.startswith("+") else entry.title or number
            options[place] = Option(title, _SYMBOLS[entry.kind], entry.url, note)
    return list(options.values())[:_MOST]


_SYMBOLS = {"contact": "people", "company": "building", "lead": "spark", "deal": "deal"}


def _with_number(project: Project, number: str) -> Iterator[Option]:
    shown = {"number": phones.display(number)}
    dial = f"{reverse('dial', args=(project.pk,))}?number={quote(number)}"
    yield Option(gettext("Call %(number)s") % shown, "phone-out", dial, dial=number, kept=False)
    new = f"{reverse('new_record', args=(project.pk, 'contacts'))}?{urlencode({'phones': number})}"
    yield Option(gettext("New contact with %(number)s") % shown, "plus", new, kept=False)


def _searches(project: Project, text: str) -> Iterator[Option]:
    told = {"text": text}
    calls = f"{reverse('calls', args=(project.pk,))}?{urlencode({'number': text})}"
    yield Option(gettext("Calls with “%(text)s”") % told, "phone", calls, kept=False)
    contacts = f"{reverse('records', args=(project.pk, 'contacts'))}?{urlencode({'q': text})}"
    yield Option(gettext("Contacts with “%(text)s”") % told, "people", contacts, kept=False)
