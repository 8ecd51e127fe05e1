"""Pipedrive as one of the hub's CRMs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.core.errors import Rejected, SwitchhookError, TargetGone
from switchhook.core.mapping import CrmField
from switchhook.core.reason import because
from switchhook.core.records import PARTIES, Capabilities, Draft, Kind, Record, Ref
from switchhook.core.words import _

from . import activities, fields
from .client import V1, V2, PipedriveApi
from .config import Config
from .drafts import LONGEST_TITLE, Body, Writer, comment_links
from .finding import Finder
from .health import health_of
from .note import Note
from .records import Reader
from .sync import Feed

KINDS = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.TASK, Kind.COMMENT, Kind.CALL})
_LINKED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL})
SETTLE = 60.0
"""Seconds in which search is trusted to learn of a new person; the vendor names none, lists know of him at once."""

_PATHS = {
    Kind.CONTACT: f"{V2}/persons",
    Kind.COMPANY: f"{V2}/organizations",
    Kind.LEAD: f"{V1}/leads",
    Kind.DEAL: f"{V2}/deals",
    Kind.TASK: f"{V2}/activities",
    Kind.CALL: f"{V2}/activities",
    Kind.COMMENT: f"{V1}/notes",
}
_REQUIRED = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.TASK: "subject", Kind.COMMENT: "text"}


def connect(account: Account) -> "Pipedrive":
    """Open an account. Sends nothing. Raises Misconfigured."""
    return Pipedrive(account)


class Pipedrive:
    """One Pipedrive company, as the user sees it whose token is used."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._config = Config.of(account)
        self._api = PipedriveApi(self._config, account)
        self._writer = Writer(config=self._config, clock=account.clock)

    @cached_property
    def capabilities(self) -> Capabilities:
        """Everything but orders; comments are tied to people, leads and deals only."""
        requests = 2 if self._config.call_logs else 1
        return Capabilities(
            kinds=KINDS,
            updatable=KINDS,
            task_links=_LINKED,
            comment_links=_LINKED,
            call_links=_LINKED,
            lead_needs_party=True,
            lead_excludes_deal=True,
            traceable=KINDS,
            settle=SETTLE,
            longest_request=self._api.longest * requests,
            stores_phone=frozenset({Kind.CONTACT}),
            limits={
                "contact.name": LONGEST_TITLE,
                "company.name": LONGEST_TITLE,
                "lead.title": LONGEST_TITLE,
                "deal.title": LONGEST_TITLE,
                "task.subject": LONGEST_TITLE,
            },
            tells_gone=frozenset({Kind.DEAL}),
            # An organization has no number: it is found through its persons only.
            partly_found=frozenset({Kind.COMPANY}),
        )

    # --- the account --------------------------------------------------------------------------------------------------

    def check(self) -> Health:
        """Who the token belongs to, and what settings or rights would get in the way."""
        return health_of(self._api, self._config)

    def users(self) -> Sequence[CrmUser]:
        """The company's users; those who left are not active."""
        return [
            CrmUser(
                id=str(row["id"]),
                name=row.get("name") or row.get("email") or str(row["id"]),
                email=row.get("email") or "",
                active=bool(row.get("active_flag", True)) and not row.get("is_deleted"),
            )
            for row in self._api.get(f"{V1}/users") or ()
        ]

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """The company's own fields, by their 40-character codes."""
        return fields.own_fields(self._api, kind)

    def pipelines(self) -> Sequence[Pipeline]:
        """The company's pipelines with their stages."""
        return fields.pipelines(self._api)

    def choices(self, setting: str) -> Sequence[Choice]:
        """What a loaded setting can be."""
        match setting:
            case "company_domain":
                return fields.domain(self._api)
            case "task_type" | "call_type":
                return fields.activity_types(self._api)
            case "visit_fields":
                return fields.visit_fields(self._api, self._config)
            case _:
                return ()

    # --- finding ------------------------------------------------------------------------------------------------------

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """See `finding.Finder.by_phone`."""
        return self._finder.by_phone(phone)

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """By the mark in leads, tasks, calls and comments; by number and name in the others."""
        return self._finder.made(draft, mark, since)

    def changes(self, cursor: str) -> Changes:
        """See `sync.Feed`."""
        every = timedelta(minutes=self._config.sync_minutes)
        return Feed(self._api, self._reader, every=every, clock=self._account.clock).changes(cursor)

    def get(self, ref: Ref) -> Record:
        """The record, read live. A converted or deleted lead is TargetGone, an archived one closed."""
        return self._reader.read(ref.kind, self._row(ref))

    def _row(self, ref: Ref) -> Mapping[str, Any]:
        row = self._api.get(self._path(ref))
        if not isinstance(row, Mapping) or row.get("is_deleted") or row.get("active_flag") is False:
            raise TargetGone("This record was deleted in Pipedrive.")
        return row

    def _path(self, ref: Ref) -> str:
        if ref.kind not in _PATHS:
            raise Rejected(f"Pipedrive has no {ref.kind.value}.")
        if not ref.id.replace("-", "").isalnum():
            raise TargetGone("This is not the id of a Pipedrive record.")
        return f"{_PATHS[ref.kind]}/{ref.id}"

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record by one request; a call log takes a second one, which never undoes the first."""
        if draft.kind not in _PATHS:
            raise Rejected(f"Pipedrive has no {draft.kind.value}.")
        required = _REQUIRED.get(draft.kind, "title")
        if draft.kind is not Kind.CALL and not str(draft.values.get(required) or "").strip():
            raise Rejected(f"A {draft.kind.value} needs the value {required}.")
        body = self._body(draft, mark)
        row = self._api.post(_PATHS[draft.kind], body.fields)
        if draft.kind is Kind.CALL and self._config.call_logs:
            self._log(draft, row, body)
        return replace(self._reader.read(draft.kind, row), remarks=tuple(body.remarks))

    def _body(self, draft: Draft, mark: str) -> Body:
        match draft.kind:
            case Kind.CONTACT | Kind.COMPANY:
                return self._writer.party(draft.kind, draft.values, draft.links)
            case Kind.LEAD:
                return self._new_lead(draft, mark)
            case Kind.DEAL:
                return self._writer.deal(draft.values, draft.links)
            case Kind.TASK:
                return activities.new_task(self._writer, draft, mark)
            case Kind.CALL:
                return activities.new_call(self._writer, draft, mark)
            case _:
                return self._new_comment(draft, mark)

    def _new_lead(self, draft: Draft, mark: str) -> Body:
        if not any(link.kind in PARTIES for link in draft.links):
            raise Rejected("A lead in Pipedrive needs a person or an organization. Have the scenario make one first.")
        body = self._writer.lead(draft.values, draft.links)
        if body.fields.pop("is_archived", False):
            body.remark(_("Pipedrive makes every lead as an open one."))
        body.fields |= {"origin_id": mark} if mark else {}
        return body

    def _new_comment(self, draft: Draft, mark: str) -> Body:
        body = Body()
        comment_links(body, draft.links)
        if not body.fields:
            raise Rejected("A note in Pipedrive needs a person, an organization, a lead or a deal.")
        if draft.values.get("author"):
            body.remark(_("Pipedrive shows the note as written by the user of the connection."))
        body.fields["content"] = Note(text=str(draft.values["text"]), mark=mark).html()
        return body

    def _log(self, draft: Draft, row: Mapping[str, Any], body: Body) -> None:
        try:
            self._api.post(f"{V1}/callLogs", activities.call_log(self._config, draft, row))
        except (SwitchhookError, ValueError) as error:
            # The activity is there and must not be made again, whatever became of its entry in the call log.
            text = _("The activity was made; its entry in the call log was not confirmed: %(reason)s")
            body.remarks.append(because(text, reason=str(error)))

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values only. Texts are read first, so that the mark and other lines in them stay."""
        path = self._path(ref)
        body = self._changed(ref, values)
        if not body.fields:
            return replace(self.get(ref), remarks=tuple(body.remarks))
        row = self._api.change("PUT" if ref.kind is Kind.COMMENT else "PATCH", path, body.fields)
        return replace(self._reader.read(ref.kind, row), remarks=tuple(body.remarks))

    def _changed(self, ref: Ref, values: Mapping[str, Any]) -> Body:
        match ref.kind:
            case Kind.CONTACT | Kind.COMPANY:
                return self._writer.party(ref.kind, values)
            case Kind.LEAD:
                return self._writer.lead(values)
            case Kind.DEAL:
                return self._writer.deal(values)
            case Kind.TASK:
                held = self._row(ref) if activities.touches_note(values) else None
                return activities.changed_task(self._writer, values, held)
            case Kind.CALL:
                return activities.changed_call(self._writer, self._reader, values, self._row(ref))
            case _:
                return self._changed_comment(ref, values)

    def _changed_comment(self, ref: Ref, values: Mapping[str, Any]) -> Body:
        body = Body()
        if "text" in values:
            note = Note.of(self._row(ref).get("content"))
            body.fields["content"] = Note(text=str(values["text"] or ""), mark=note.mark).html()
        return body

    @property
    def _reader(self) -> Reader:
        web = self._config.web or self._api.address
        return Reader(country=self._account.country, web=web, fields=self._config.visit_fields)

    @property
    def _finder(self) -> Finder:
        return Finder(self._api, self._reader, spellings=self._config.spellings)
