"""Canonical values as the bodies that Pipedrive takes, and what it cannot take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from switchhook.core.clock import Clock
from switchhook.core.errors import Rejected
from switchhook.core.mapping import cut
from switchhook.core.reason import Reason, because
from switchhook.core.records import Kind, Ref
from switchhook.core.words import _

from .config import VISIT_TAGS, Config

LONGEST_TITLE = 255
LONGEST_TAG = 255
Values = Mapping[str, Any]
_UNSAID = (None, "")


@dataclass(slots=True)
class Body:
    """A body on its way, with the remarks on what did not fit into it."""

    fields: dict[str, Any] = field(default_factory=dict)
    remarks: list[Reason] = field(default_factory=list)

    def remark(self, text: str, **params: str) -> None:
        """Say what Pipedrive could not take."""
        self.remarks.append(because(text, **params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes one account's bodies."""

    config: Config
    clock: Clock

    def party(self, kind: Kind, values: Values, links: Sequence[Ref] = ()) -> Body:
        """A person or an organization."""
        body = Body()
        title_into(body, values, "name", "name")
        owner_into(body, values, "owner")
        if kind is Kind.CONTACT:
            _points_into(body, values)
            _one_link(body, links, {Kind.COMPANY: "org_id"})
        else:
            if values.get("phones"):
                text = _("Pipedrive keeps no numbers with an organization: %(numbers)s stays with the person.")
                body.remark(text, numbers=", ".join(values["phones"]))
            _one_link(body, links, {})
        custom = self._custom(body, "person" if kind is Kind.CONTACT else "", values)
        body.fields |= {"custom_fields": custom} if custom else {}
        return body

    def lead(self, values: Values, links: Sequence[Ref] = ()) -> Body:
        """A lead; its own fields stand beside the standard ones."""
        body = Body()
        title_into(body, values, "title", "title")
        owner_into(body, values, "owner")
        _one_link(body, links, {Kind.CONTACT: "person_id", Kind.COMPANY: "organization_id"})
        _phones_elsewhere(body, values, links)
        if values.get("status") not in (None, "", "open"):
            body.fields["is_archived"] = True
        body.fields |= self._custom(body, "deal", values, spare="channel_id")
        return body

    def deal(self, values: Values, links: Sequence[Ref] = ()) -> Body:
        """A deal in its pipeline."""
        body = Body()
        title_into(body, values, "title", "title")
        owner_into(body, values, "owner")
        _one_link(body, links, {Kind.CONTACT: "person_id", Kind.COMPANY: "org_id"})
        _phones_elsewhere(body, values, links)
        if values.get("stage"):
            body.fields["stage_id"] = number(values["stage"], "stage")
        elif values.get("pipeline"):
            body.fields["pipeline_id"] = number(values["pipeline"], "pipeline")
        if values.get("status"):
            body.fields["status"] = "lost" if values["status"] == "closed" else values["status"]
        custom = self._custom(body, "deal", values)
        body.fields |= {"custom_fields": custom} if custom else {}
        return body

    def task(self, values: Values, links: Sequence[Ref] = ()) -> Body:
        """An activity without its note; what has taken place is of the type of calls."""
        body = Body()
        title_into(body, values, "subject", "subject")
        owner_into(body, values, "assignee")
        if "due_at" in values:
            due_into(body, values["due_at"])
        if "done" in values:
            body.fields["done"] = bool(values["done"])
        activity_links(body, links)
        return body

    def now(self) -> str:
        """Today's date, for an activity without one: what Pipedrive sets by itself is not known."""
        return self.clock().astimezone(UTC).date().isoformat()

    def _custom(self, body: Body, owner: str, values: Values, *, spare: str = "") -> dict[str, Any]:
        """Mapped values, and the tags of the visit in the fields that have their names.

        What has no field goes into the field `spare` where there is one; what then has no place is remarked on.
        """
        custom: dict[str, Any] = {code: value or None for code, value in (values.get("custom") or {}).items()}
        fields, homeless = self.config.visit_fields.get(owner, {}), {}
        for tag, value in _tags(values).items():
            if tag in fields:
                custom.setdefault(fields[tag], cut(value, LONGEST_TAG))
            elif value not in custom.values():
                homeless[tag] = value
        if spare and homeless:
            kept = {tag: value for tag, value in homeless.items() if tag != "client_id"}
            homeless = {tag: value for tag, value in homeless.items() if tag not in kept}
            custom |= {spare: cut(" / ".join(dict.fromkeys(kept.values())), LONGEST_TAG)} if kept else {}
        if homeless:
            text = _("No field in Pipedrive for %(names)s. Choose fields for visit tags in the connection's settings.")
            body.remark(text, names=", ".join(homeless))
        return custom


def _tags(values: Values) -> dict[str, str]:
    utm = {f"utm_{str(name).removeprefix('utm_')}": str(text) for name, text in (values.get("utm") or {}).items()}
    said = utm | {name: str(values.get(name) or "") for name in ("source", "client_id")}
    known = sorted(said, key=lambda tag: VISIT_TAGS.index(tag) if tag in VISIT_TAGS else len(VISIT_TAGS))
    return {tag: said[tag] for tag in known if said[tag]}


def title_into(body: Body, values: Values, name: str, into: str) -> None:
    """The name or title, where it is among the values; cut where it is too long."""
    if name not in values:
        return
    if len(" ".join(str(values[name] or "").split())) > LONGEST_TITLE:
        body.remark(_("The title was cut to %(length)s signs."), length=str(LONGEST_TITLE))
    body.fields[into] = plain_title(values[name])


def plain_title(value: Any) -> str:
    """A name or title as it is written: one line, no longer than Pipedrive takes."""
    return cut(" ".join(str(value or "").split()), LONGEST_TITLE)


def owner_into(body: Body, values: Values, name: str) -> None:
    """The owner, where one is named; without, Pipedrive gives the record to the user of the connection."""
    if values.get(name) not in _UNSAID:
        body.fields["owner_id"] = number(values[name], name)


def number(value: Any, name: str) -> int:
    """Ids of Pipedrive are whole numbers. Raises Rejected."""
    text = str(value)
    if not text.isdecimal():
        raise Rejected(f"“{text}” is no {name} of this Pipedrive account.")
    return int(text)


def _points_into(body: Body, values: Values) -> None:
    if "phones" in values:
        phones = list(values["phones"] or ())
        body.fields["phones"] = [_point(phone, first=n == 0) for n, phone in enumerate(phones)]
    if values.get("email"):
        body.fields["emails"] = [_point(values["email"], first=True)]


def _point(value: str, *, first: bool) -> dict[str, Any]:
    return {"value": value, "label": "work", "primary": first}


def _phones_elsewhere(body: Body, values: Values, links: Sequence[Ref]) -> None:
    if values.get("phones") and not any(link.kind is Kind.CONTACT for link in links):
        text = _("Pipedrive keeps numbers with persons only: %(numbers)s is not in this record.")
        body.remark(text, numbers=", ".join(values["phones"]))


def _one_link(body: Body, links: Sequence[Ref], names: Mapping[Kind, str]) -> None:
    for link in links:
        name = names.get(link.kind, "")
        if name and name not in body.fields:
            body.fields[name] = number(link.id, link.kind.value)
        else:
            _unlinked(body, link)


def activity_links(body: Body, links: Sequence[Ref]) -> None:
    """Everybody takes part; of organizations the first, of leads and deals together the first."""
    people = [link for link in links if link.kind is Kind.CONTACT]
    if people:
        body.fields["participants"] = [
            {"person_id": number(link.id, "contact"), "primary": place == 0} for place, link in enumerate(people)
        ]
    subject_links(body, [link for link in links if link.kind is not Kind.CONTACT])


def subject_links(body: Body, links: Sequence[Ref]) -> None:
    """Organization, and lead or deal: a record of Pipedrive is never about both."""
    for link in links:
        name = {Kind.COMPANY: "org_id", Kind.LEAD: "lead_id", Kind.DEAL: "deal_id"}.get(link.kind, "")
        taken = {"lead_id", "deal_id"} if name in {"lead_id", "deal_id"} else {name}
        if name and not taken & set(body.fields):
            body.fields[name] = link.id if name == "lead_id" else number(link.id, link.kind.value)
        else:
            _unlinked(body, link)


def comment_links(body: Body, links: Sequence[Ref]) -> None:
    """One person, one organization, one lead or deal."""
    for link in links:
        if link.kind is Kind.CONTACT and "person_id" not in body.fields:
            body.fields["person_id"] = number(link.id, "contact")
        else:
            subject_links(body, [link])


def _unlinked(body: Body, link: Ref) -> None:
    body.remark(_("Pipedrive has no room for another link: %(kind)s %(id)s."), kind=link.kind.value, id=link.id)


def due_into(body: Body, due_at: Any) -> None:
    """Date and time in UTC; a moment that cannot be read leaves both as they are."""
    parts = moment_parts(due_at)
    if parts:
        body.fields["due_date"], body.fields["due_time"] = parts


def moment_parts(value: Any) -> tuple[str, str] | None:
    """`YYYY-MM-DD` and `HH:MM` in UTC."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return utc.strftime("%Y-%m-%d"), utc.strftime("%H:%M")
