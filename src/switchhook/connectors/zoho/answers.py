"""What Zoho's answers mean: its codes, which decide more than the status does, become the hub's errors."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from switchhook.connectors.http import Answer, retry_after
from switchhook.core.clock import utc_now
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    RateLimited,
    Rejected,
    SwitchhookError,
    TargetGone,
)

from .limits import credits_left

DAY_IS_USED_UP = 900.0
"""Seconds until it is tried again once the day's credits are gone: the window rolls, so some come back all the time."""

AT_ONCE_PAUSE = 2.0
_LINKS = frozenset({"Who_Id", "What_Id", "Account_Name", "Contact_Name", "Parent_Id"})
_LARGEST_VERDICT = 64 * 1024


class TokenRefused(AuthFailed):
    """The access token is not good (any more)."""


class FieldRefused(Rejected):
    """A field of the record was refused. `name` is the field, `problem` what Zoho said."""

    def __init__(self, message: str, problem: "Problem") -> None:
        super().__init__(message)
        self.problem = problem

    @property
    def name(self) -> str:
        return self.problem.field


class ColumnRefused(Rejected):
    """A query names a column that the module does not have. `column` may be empty."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as Zoho says it, request-level or record-level."""

    code: str
    message: str
    details: Mapping[str, Any]

    @property
    def field(self) -> str:
        """The field at fault, "" where none is named."""
        expected = self.details.get("expected_fields")
        first = expected[0] if isinstance(expected, list) and expected else {}
        named = (first.get("api_name") if isinstance(first, Mapping) else "", self.details.get("api_name"))
        return str(next(filter(None, (*named, self.details.get("column_name"), self.details.get("column"))), ""))

    @property
    def longest(self) -> int | None:
        """How long the text of the field may be, where that is what is wrong."""
        longest = self.details.get("maximum_length")
        return longest if isinstance(longest, int) and longest > 0 else None

    @property
    def duplicate(self) -> str:
        """The id of the record that has a unique value already."""
        held = self.details.get("duplicate_record")
        inner = held.get("id") if isinstance(held, Mapping) else None
        return str(inner or self.details.get("id") or "")

    def sentence(self) -> str:
        """Zoho's words, with the field and what would be right."""
        about = f" (field {self.field})" if self.field else ""
        expected = self.details.get("expected_data_type")
        longest = f"; at most {self.longest} characters" if self.longest else ""
        return f"{self.code}: {self.message}{about}{f'; expected {expected}' if expected else ''}{longest}"


def explain(answer: Answer) -> SwitchhookError | None:
    """The error an answer means, None where the status says it all (2xx without a failed record, 5xx)."""
    if answer.status >= 500 or answer.status == 304:
        return None
    if answer.status < 300 and (len(answer.content) > _LARGEST_VERDICT or b'"error"' not in answer.content):
        return None
    problem = problem_of(answer)
    if answer.status == 429:
        return _limited(answer, problem)
    if problem is None:
        return TokenRefused("Zoho CRM does not accept the access token.") if answer.status == 401 else None
    return _meaning(problem)


def problem_of(answer: Answer) -> Problem | None:
    """The (first) error in an answer's body, None where there is none."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return _first(body)


def _first(body: Any) -> Problem | None:
    if not isinstance(body, Mapping):
        return None
    if isinstance(body.get("data"), list):
        return next((found for item in body["data"] if (found := _first(item))), None)
    code, details = body.get("code"), body.get("details")
    if not isinstance(code, str) or body.get("status") != "error":
        return None
    details = details if isinstance(details, Mapping) else {}
    several = details.get("errors") or body.get("errors")
    inner = _first(several[0]) if isinstance(several, list) and several else None
    return inner or Problem(code, str(body.get("message") or "no explanation"), details)


def _limited(answer: Answer, problem: Problem | None) -> RateLimited:
    said = problem.message if problem else "too many requests"
    wait = problem.details.get("retry_after") if problem else None
    seconds = float(wait) if isinstance(wait, int | float) else retry_after(answer.headers, now=utc_now())
    daily = credits_left(answer) == 0 or "credit" in said.lower() or "daily" in said.lower()
    if seconds is None:
        seconds = DAY_IS_USED_UP if daily else AT_ONCE_PAUSE
    what = "Zoho CRM's credits of the day are used up" if daily else "Zoho CRM asks to slow down"
    return RateLimited(f"{what}: {said}", retry_after=seconds)


def _meaning(problem: Problem) -> SwitchhookError:
    return _MEANINGS.get(problem.code, _refused)(problem)


def _refused(problem: Problem) -> SwitchhookError:
    message = f"Zoho CRM refuses the record: {problem.sentence()}"
    return FieldRefused(message, problem) if problem.field else Rejected(message)


def _invalid_data(problem: Problem) -> SwitchhookError:
    if "column" in problem.details:
        return _query(problem)
    lost = problem.field in _LINKS or "Parent_Id" in str(problem.details.get("json_path", ""))
    if lost and not problem.longest and "expected_data_type" not in problem.details:
        return TargetGone(f"A record that this is to be tied to is no longer in Zoho CRM ({problem.sentence()}).")
    if not problem.field and ("resource_path_index" in problem.details or "id given" in problem.message):
        return TargetGone("The record is no longer in Zoho CRM.")
    if problem.field == "Owner":
        message = "Zoho CRM does not know the owner, or he is no longer active. Map the employee to another user."
        return FieldRefused(message, problem)
    return _refused(problem)


def _missing(problem: Problem) -> SwitchhookError:
    message = (
        f"Zoho CRM's layout wants the field {problem.field}. Give it a value under “Fixed values”, "
        f"for example Module.{problem.field} = Unknown, or make it optional in Zoho CRM."
    )
    return FieldRefused(message, problem)


def _scope(_problem: Problem) -> SwitchhookError:
    return Misconfigured(
        "The sign-in lacks a scope for this request. Sign in to Zoho CRM again with all scopes that the guide lists.",
        field="refresh_token",
    )


def _permission(problem: Problem) -> SwitchhookError:
    wanted = problem.details.get("permissions")
    names = f" ({', '.join(map(str, wanted))})" if isinstance(wanted, list) and wanted else ""
    return Rejected(
        f"The Zoho CRM user who signed in may not do this{names}: {problem.message}. "
        "Change his profile in Zoho CRM, or sign in as another user."
    )


def _module(problem: Problem) -> SwitchhookError:
    return Rejected(
        f"A module is hidden or missing in this Zoho CRM: {problem.message}. Show it to the user's profile."
    )


def _query(problem: Problem) -> SwitchhookError:
    return ColumnRefused(f"Zoho CRM cannot search by this: {problem.sentence()}", problem.field)


def _token(problem: Problem) -> SwitchhookError:
    return TokenRefused(f"Zoho CRM does not accept the access token: {problem.message}")


def _address(problem: Problem) -> SwitchhookError:
    return Misconfigured(f"The API address is not Zoho CRM's for this account: {problem.message}", field="base_url")


def _converted(_problem: Problem) -> SwitchhookError:
    return TargetGone("The lead has been converted in Zoho CRM.")


_MEANINGS: dict[str, Callable[[Problem], SwitchhookError]] = {
    "INVALID_DATA": _invalid_data,
    "MANDATORY_NOT_FOUND": _missing,
    "EXPECTED_FIELD_MISSING": _missing,
    "OAUTH_SCOPE_MISMATCH": _scope,
    "INVALID_TOKEN": _token,
    "INVALID_OAUTHTOKEN": _token,
    "AUTHENTICATION_FAILURE": _token,
    "UNAUTHORIZED": _token,
    "NO_PERMISSION": _permission,
    "AUTHORIZATION_FAILED": _permission,
    "NOT_SUPPORTED": _permission,
    "INVALID_MODULE": _module,
    "INVALID_QUERY": _query,
    "INVALID_HOST": _address,
    "INVALID_URL_PATTERN": _address,
    "ID_ALREADY_CONVERTED": _converted,
}
