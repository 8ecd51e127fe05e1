"""What Pipedrive's answers mean, where the status alone does not say it."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from switchhook.connectors.http import Answer, retry_after
from switchhook.core.clock import Clock
from switchhook.core.errors import AuthFailed, Misconfigured, RateLimited, Rejected, SwitchhookError, TargetGone

LONGEST = 300
UNTOLD_DAY = 3600.0
"""Seconds to wait where the day's tokens are used up and nobody says for how long: the reset's time zone is unnamed."""

BURST = 2.0
SHUT_OUT = 120.0
"""Seconds of silence after the web page that answers those who went on asking."""

_GONE = re.compile(r"\b(person|organi[sz]ation|deal|lead|activity|note|object|entity)\b.*(not found|deleted|not exist)")
_FROZEN = re.compile(r"\barchived\b.*(cannot|can't|not).*(edit|chang|updat)")
_HINT = "please check developers.pipedrive.com"


def explanation(clock: Clock) -> Any:
    """The `explain` of this vendor's client."""

    def explain(answer: Answer) -> SwitchhookError | None:
        return _error(answer, clock())

    return explain


def _error(answer: Answer, now: datetime) -> SwitchhookError | None:
    status = answer.status
    if status == 401:
        return AuthFailed(
            "Pipedrive no longer accepts the sign-in. Enter the current API token (Personal preferences, API), "
            "or sign in again."
        )
    if status == 429:
        return _limited(answer, now)
    return _refused(answer) if 400 <= status < 500 and status != 408 else None


def _refused(answer: Answer) -> SwitchhookError:
    said = words(answer)
    if answer.status == 402:
        return Misconfigured("The Pipedrive account is closed or its plan does not include this; look at its billing.")
    if answer.status == 403:
        return _forbidden(answer)
    if answer.status in {404, 410}:
        return TargetGone(f"Pipedrive no longer has this record: {said}")
    if _GONE.search(said.lower()) or _FROZEN.search(said.lower()):
        return TargetGone(f"A record that this needs is gone from Pipedrive: {said}")
    return Rejected(f"Pipedrive refuses this: {said}")


def _forbidden(answer: Answer) -> SwitchhookError:
    if answer.text.lstrip().startswith("<"):
        # Whoever goes on asking after a "too many" is answered by the vendor's shield, not by the interface.
        return RateLimited("Pipedrive's shield turns the hub away for a while.", retry_after=SHUT_OUT)
    said = words(answer)
    if "scope" in said.lower():
        return Misconfigured(
            "The Pipedrive app lacks a right (scope) that this needs. Add it in the Developer Hub and sign in again.",
            field="refresh_token",
        )
    if "limit" in said.lower():
        return Rejected(f"Pipedrive's plan allows no more: {said} Close some records or change the plan.")
    return Rejected(f"The hub's user in Pipedrive may not do this: {said} Give that user the right, or use another.")


def _limited(answer: Answer, now: datetime) -> RateLimited:
    told = retry_after(answer.headers, now=now)
    said = words(answer).lower()
    if "daily" in said or answer.headers.get("x-daily-ratelimit-token-remaining") == "0":
        wait = UNTOLD_DAY if told is None else told
        return RateLimited("The Pipedrive account has used up its tokens of the day.", retry_after=wait)
    reset = answer.headers.get("x-ratelimit-reset", "")
    short = float(reset) if reset.isdecimal() else BURST
    return RateLimited("Pipedrive asks to slow down.", retry_after=short if told is None else told)


def words(answer: Answer) -> str:
    """The vendor's own sentences about an error; secrets are masked by the client."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        return "no explanation."
    said = (_sentence(body.get(name)) for name in ("error", "error_info", "message"))
    kept = [sentence for sentence in dict.fromkeys(said) if sentence and sentence.lower().rstrip(".") != _HINT]
    text = " ".join(kept) or "no explanation."
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _sentence(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value else ""
    text = " ".join(text.split())
    return text if not text or text[-1] in ".!?…" else f"{text}."
