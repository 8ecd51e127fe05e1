"""Ringostat's REST and JSON-RPC calls: HTTP and its answers, nothing else.

Failures come as plain text (`calls/list`) or as HTTP 200 with an `error` member (JSON-RPC); both become the hub's
errors.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from switchhook.connectors.http import Answer, HttpClient
from switchhook.core.clock import Clock
from switchhook.core.errors import AuthFailed, Rejected, SwitchhookError, Unreachable

from .body import parse_json
from .config import Config

MOST_ROWS = 6_500
"""`calls/list` gives no more in one answer, and does not say that it left any out."""

WIDE = (
    "calldate", "caller", "caller_number", "dst", "pool_name", "disposition", "category_mark", "category_number",
    "duration", "duration_ms", "call_type", "waittime", "billsec", "connected_with", "call_counter", "proper_flag",
    "repeated_flag", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "uniqueid",
    "employee_number", "employee_fio", "employee_mark", "department", "client_id", "remote_ip", "refferrer", "landing",
    "recording", "recording_wav", "has_recording", "call_card", "additional_number", "scheme_name",
)  # fmt: skip
PLAIN = (
    "calldate", "caller", "dst", "disposition", "billsec", "duration", "call_type", "has_recording", "recording",
    "uniqueid", "connected_with",
)  # fmt: skip
MINIMAL = ("calldate", "caller", "dst", "disposition", "billsec", "recording")
"""The field sets to ask for: which fields a project knows differs, and one unknown field spoils the request."""

MOST_DROPPED = 6
WALL_CLOCK = "%Y-%m-%d %H:%M:%S"
_DENIED = re.compile(r"unauthori[sz]ed|auth.?key|access denied|forbidden|permission", re.IGNORECASE)
_WORDS = re.compile(r"\w+")


class UnknownField(Rejected):
    """`calls/list` does not know a field that was asked for, or does not say what it dislikes."""


class RingostatApi:
    """One project's interface. Remembers for its lifetime which export fields the project knows."""

    def __init__(self, config: Config, *, zone: ZoneInfo, clock: Clock) -> None:
        self._project = config.project_id
        self._zone = zone
        self._fields: tuple[str, ...] = WIDE
        self._http = HttpClient(
            config.base_url,
            headers={"Auth-key": config.auth_key, "x-project-id": config.project_id},
            secrets=(config.auth_key,),
            explain=_explain,
            clock=clock,
        )

    def calls_list(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The rows of calls that began in a period given as instants; numbers are text. At most `MOST_ROWS`.

        The vendor wants wall clocks, which name two instants in the hour that is repeated in autumn; around it the
        period is asked an hour wider, so rows outside [since, until) may come too.
        """
        start, end = self._walls(since, until)
        for _ in range(MOST_DROPPED + 2):
            try:
                return self._rows(start, end)
            except UnknownField as error:
                narrower = _narrower(self._fields, str(error))
                if not narrower:
                    raise
                self._fields = narrower
        return self._rows(start, end)

    def _walls(self, since: datetime, until: datetime) -> tuple[str, str]:
        start, end = since.astimezone(self._zone), until.astimezone(self._zone)
        twice = any(moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset() for moment in (start, end))
        margin = timedelta(hours=1 if twice else 0)
        walls = start.replace(tzinfo=None) - margin, end.replace(tzinfo=None) + margin
        return walls[0].strftime(WALL_CLOCK), walls[1].strftime(WALL_CLOCK)

    def _rows(self, start: str, end: str) -> list[dict[str, Any]]:
        params = {"export_type": "json", "from": start, "to": end, "fields": ",".join(self._fields)}
        answer = self._http.request("GET", "/calls/list", params=params)
        try:
            table = parse_json(answer.text)
        except ValueError:
            raise Unreachable("The call log came in a form that is not JSON.") from None
        if isinstance(table, dict):
            raise Rejected(f"Ringostat refuses the call log: {_message(table)}")
        return [row for row in table if isinstance(row, dict)] if isinstance(table, list) else []

    def staff(self) -> Any:
        """The employees: an object keyed by staff id, or a list."""
        params = {"projectId": self._project, "departmentsFullFormat": True}
        return self._rpc("/api/json-rpc", "getProjectStaffListAndDirections", params, repeatable=True)

    def sip_logins(self, state: str) -> frozenset[str]:
        """SIP logins that are `online` or `speaking`."""
        found = self._http.request("GET", f"/sipstatus/{state}").json()
        items = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
        return frozenset(item.strip() for item in items if isinstance(item, str) and item.strip())

    def call_back(self, *, employee: str, client: str) -> None:
        """Have the exchange ring the employee (SIP login or digits), then the client (digits). Not repeatable."""
        params = {
            "projectId": self._project,
            "caller_type": "default",
            "caller": client,
            "callee_type": "default",
            "callee": employee,
            "manager_dst": 0,
            "direction": "out",
        }
        self._rpc("/a/v2", "Api\\V2\\Callback.external", params, repeatable=False)

    def _rpc(self, path: str, method: str, params: Mapping[str, Any], *, repeatable: bool) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": dict(params)}
        answer = self._http.request("POST", path, json=body, repeatable=repeatable).json()
        return answer.get("result") if isinstance(answer, dict) else answer


def _explain(answer: Answer) -> SwitchhookError | None:
    """What an answer means where the vendor does not say it by the status."""
    text = answer.text[:2_000].strip()
    if answer.status == 400 or (answer.status == 200 and "incorrect field name" in text[:200].lower()):
        return UnknownField(f"Ringostat refuses the request: {text[:200]}")
    if answer.status != 200 or not text or text[0] in "[<":
        return None
    if text[0] != "{":
        kind = AuthFailed if _DENIED.search(text) else Rejected
        return None if text == "null" else kind(f"Ringostat refuses the request: {text[:200]}")
    return _rpc_error(answer) if '"error"' in text else None


def _rpc_error(answer: Answer) -> SwitchhookError | None:
    body = answer.json()
    if not isinstance(body, dict) or not body.get("error"):
        return None
    message = _message(body)
    kind = AuthFailed if _DENIED.search(message) else Rejected
    return kind(f"Ringostat refuses the request: {message}")


def _message(body: Mapping[str, Any]) -> str:
    error = body.get("error", body.get("message"))
    text = error.get("message") if isinstance(error, dict) else error
    return str(text or "no explanation")[:200]


def _narrower(fields: tuple[str, ...], complaint: str) -> tuple[str, ...]:
    # The complaint usually names the field; where it does not, the next smaller set is tried.
    blamed = set(_WORDS.findall(complaint.partition("field name")[2])) & set(fields)
    if blamed and len(WIDE) - len(fields) < MOST_DROPPED and len(fields) > len(PLAIN):
        return tuple(name for name in fields if name not in blamed)
    return next((smaller for smaller in (PLAIN, MINIMAL) if len(smaller) < len(fields)), ())
