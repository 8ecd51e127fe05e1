"""The CRM's sections as addresses name them, and what a page says about each."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from switchhook.core.records import Kind


@dataclass(frozen=True, slots=True)
class Section:
    """`folder` is the address's part, `symbol` an icon's name; `statuses` are what its list can be filtered by."""

    kind: Kind
    folder: str
    symbol: str
    title: str | Promise
    new: str | Promise
    empty: str | Promise
    hint: str | Promise
    statuses: tuple[tuple[str, str | Promise], ...] = ()


_LEAD = (("open", _("Open")), ("converted", _("Converted")), ("lost", _("Lost")))
_SALE = (("open", _("Open")), ("won", _("Won")), ("lost", pgettext_lazy("a deal", "Lost")))
_TASK = (("open", _("To do")), ("done", _("Done")))

SECTIONS = {
    section.folder: section
    for section in (
        Section(
            Kind.CONTACT,
            "contacts",
            "people",
            _("Contacts"),
            _("New contact"),
            _("No contacts yet"),
            _("They appear with the first calls, or you add them here."),
        ),
        Section(
            Kind.COMPANY,
            "companies",
            "building",
            _("Companies"),
            _("New company"),
            _("No companies yet"),
            _("They appear with the first calls, or you add them here."),
        ),
        Section(
            Kind.LEAD,
            "leads",
            "spark",
            _("Leads"),
            _("New lead"),
            _("No leads yet"),
            _("A call of a new client makes one, if the scenario table asks for it."),
            _LEAD,
        ),
        Section(
            Kind.DEAL,
            "deals",
            "deal",
            _("Deals"),
            _("New deal"),
            _("No deals yet"),
            _("Convert a lead, or add a deal here."),
            _SALE,
        ),
        Section(
            Kind.ORDER,
            "orders",
            "order",
            _("Orders"),
            _("New order"),
            _("No orders yet"),
            _("Add an order here, or send them by the API."),
            _SALE,
        ),
        Section(
            Kind.TASK,
            "tasks",
            "task",
            _("Tasks"),
            _("New task"),
            _("Nothing to do"),
            _("Missed calls put tasks here, with a time until which to call back."),
            _TASK,
        ),
    )
}

FOLDERS = {section.kind: section.folder for section in SECTIONS.values()}
