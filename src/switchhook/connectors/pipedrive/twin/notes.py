"""Notes and call logs: the first API's records about others."""

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request

from .activities import new_activity
from .gate import body_of, done
from .links import check_links
from .lists import by_start, old_style, since
from .refusals import forbidden, v1
from .state import PipedriveState, Row

_PARENTS = ("lead_id", "deal_id", "person_id", "org_id", "project_id", "task_id")
_PINS = ("deal", "person", "organization", "lead", "project")
_UNSAFE = re.compile(r"<(script|style|iframe)\b.*?</\1>|\son\w+=\"[^\"]*\"", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<a (?![^>]*rel=)", re.IGNORECASE)
_OUTCOMES = {"connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy"}
_CALL_PLAIN = ("activity_id", "person_id", "org_id", "deal_id", "lead_id", "subject", "duration", "outcome")
_NUMBERS = ("from_phone_number", "to_phone_number")


def sanitized(content: str) -> str:
    """HTML as it is kept: nothing that runs, links marked."""
    return _LINK.sub('<a rel="noopener noreferrer" target="_blank" ', _UNSAFE.sub("", content))


class Notes:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def collection(self, request: Request) -> tuple[int, Any]:
        """GET lists, POST creates."""
        if request.method == "POST":
            return 201, done(self._add(await body_of(request)).data)
        query = request.query_params
        holds = since(query, self._state)
        wanted = {name: query[name] for name in (*_PARENTS, "user_id") if name in query}
        rows = [
            row
            for row in self._state.live("notes")
            if holds(row) and all(str(row.data.get(name)) == value for name, value in wanted.items())
        ]
        page, pagination = by_start(rows, query)
        return 200, done([row.data for row in page], pagination=pagination)

    async def one(self, request: Request) -> tuple[int, Any]:
        """GET, PUT and DELETE of a note."""
        text = request.path_params["id"]
        row = self._state.row("notes", int(text)) if text.isdecimal() else None
        if row is None:
            raise v1(404, "Note not found")
        if request.method == "DELETE":
            row.deleted = self._state.clock()
            row.data["active_flag"] = False
            return 200, done(True)
        if request.method == "PUT":
            body = await body_of(request)
            check_links(self._state, body)
            row.data.update(body | ({"content": self._content(body)} if "content" in body else {}))
            row.touched = self._state.clock()
            row.data["update_time"] = old_style(row.touched)
        return 200, done(row.data)

    def _add(self, body: Any) -> Row:
        state = self._state
        if not isinstance(body, dict) or not str(body.get("content") or "").strip():
            raise v1(400, "Note content must be given.")
        if all(body.get(name) is None for name in _PARENTS):
            text = "Note must be associated with at least one organization, person, deal, lead or project."
            raise v1(400, text)
        check_links(state, body)
        now = old_style(state.clock())
        links = {name: body.get(name) for name in _PARENTS if name != "task_id"}
        deal = state.row("deals", links["deal_id"])
        if deal:
            links["person_id"] = links["person_id"] or deal.data["person_id"]
            links["org_id"] = links["org_id"] or deal.data["org_id"]
        user = state.user(body.get("user_id")) or state.me
        data = {
            "id": state.next_id("notes"),
            "user_id": user["id"],
            **links,
            "content": self._content(body),
            "add_time": body.get("add_time") or now,
            "update_time": now,
            "active_flag": True,
            **{f"pinned_to_{thing}_flag": bool(body.get(f"pinned_to_{thing}_flag")) for thing in _PINS},
            "last_update_user_id": None,
            "user": {"email": user["email"], "name": user["name"], "icon_url": None, "is_you": user["is_you"]},
        }
        return state.add("notes", data | self._names(links))

    def _content(self, body: dict[str, Any]) -> str:
        return sanitized(body["content"]) if self._state.config.sanitize_notes else str(body["content"])

    def _names(self, links: dict[str, Any]) -> dict[str, Any]:
        found = {
            "organization": ("organizations", links["org_id"], "name"),
            "person": ("persons", links["person_id"], "name"),
            "deal": ("deals", links["deal_id"], "title"),
            "lead": ("leads", links["lead_id"], "title"),
        }
        rows = {name: (self._state.row(kind, number), key) for name, (kind, number, key) in found.items()}
        return {name: {key: row.data[key]} if row else None for name, (row, key) in rows.items()}


class CallLogs:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def collection(self, request: Request) -> tuple[int, Any]:
        """GET lists the caller's own, POST creates one and its activity."""
        state = self._state
        if request.method == "POST":
            return 200, done(self._add(await body_of(request)).data)
        own = [row for row in state.live("callLogs") if row.data["user_id"] == state.me["id"]]
        page, pagination = by_start(own, request.query_params, most=50)
        return 200, done([row.data for row in page], pagination=pagination)

    async def one(self, request: Request) -> tuple[int, Any]:
        """GET and DELETE of a call log; its activity stays."""
        row = self._state.rows["callLogs"].get(request.path_params["id"])
        if row is None or row.deleted:
            raise v1(410 if row else 404, "Call log not found")
        if request.method == "DELETE":
            row.deleted = self._state.clock()
            return 200, {"success": True}
        return 200, done(row.data)

    def _add(self, body: Any) -> Row:
        state = self._state
        self._check(body)
        user = body.get("user_id") or state.me["id"]
        if user != state.me["id"] and not state.config.call_logs_for_others:
            raise forbidden("You don't have permission to change this resource.")
        links = {name: body[name] for name in ("person_id", "org_id", "deal_id", "lead_id") if body.get(name)}
        check_links(state, links)
        activity = self._activity(body, user)
        data = {name: body.get(name) for name in (*_CALL_PLAIN, *_NUMBERS, "note")}
        data |= {name: activity[name] for name in ("person_id", "org_id", "deal_id", "lead_id")}
        data |= {name: _iso(body[name]) for name in ("start_time", "end_time")}
        data |= {"id": state.next_id("callLogs"), "activity_id": activity["id"], "user_id": user}
        return state.add("callLogs", data | {"has_recording": False, "company_id": 66660666})

    def _check(self, body: Any) -> None:
        needed = ("outcome", "to_phone_number", "start_time", "end_time")
        if not isinstance(body, dict) or any(not body.get(name) for name in needed):
            raise v1(400, "Missing required fields")
        if body["outcome"] not in _OUTCOMES or not isinstance(body.get("duration", ""), str):
            raise v1(400, "provided dataset is not valid")
        if body.get("deal_id") and body.get("lead_id"):
            raise v1(400, "A call log cannot be linked to a deal and a lead at the same time")

    def _activity(self, body: dict[str, Any], user: int) -> dict[str, Any]:
        state = self._state
        if body.get("activity_id"):
            row = state.row("activities", body["activity_id"])
            if row is None or row.data["type"] != "call":
                raise v1(400, "Activity not found or not a call")
            return row.data
        values = {name: body[name] for name in ("deal_id", "lead_id", "org_id", "note") if body.get(name)}
        values |= {"participants": [{"person_id": body["person_id"]}]} if body.get("person_id") else {}
        values |= {"subject": body.get("subject") or "Call", "type": "call", "owner_id": user, "done": True}
        return state.add("activities", new_activity(state, values)).data


def _iso(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
