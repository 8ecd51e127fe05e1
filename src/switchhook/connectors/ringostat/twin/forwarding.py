"""The webhook number: asking the hub where a call should go, and where it goes when the hub has no answer."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2

from .calls import Call, spellings
from .config import TwinConfig, TwinEmployee
from .delivery import Poster


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """How a call found its way. `outcome`: answered, empty, unknown (the answer names nobody), timeout, refused."""

    asked: dict[str, str]
    outcome: str
    status: int | None = None
    answer: Any = None
    destination: str = ""
    milliseconds: float = 0.0

    def as_json(self, employee: TwinEmployee | None, connected_with: str) -> dict[str, Any]:
        """With the employee that the call went to in the end."""
        return {
            "asked": self.asked,
            "outcome": self.outcome,
            "status": self.status,
            "answer": self.answer,
            "destination": self.destination,
            "milliseconds": round(self.milliseconds, 3),
            "routed_to": employee.staff_id if employee else None,
            "connected_with": connected_with,
        }


async def ask(poster: Poster, config: TwinConfig, call: Call) -> Routing | None:
    """What the forwarding URL answers for this call; None when no URL is configured. Never raises."""
    if config.forward_url is None:
        return None
    _, digits = spellings(call.client)
    asked = {"from": digits, "direction": call.call_type, "state": "ping"}
    url, content, headers = _request(config, asked)
    started = time.perf_counter()
    try:
        # The timeout is for the whole question: a person hears ringing meanwhile.
        async with asyncio.timeout(config.forward_timeout):
            status, body = await poster.request(
                config.forward_method, url, content, headers, patience=config.forward_timeout
            )
    except (TimeoutError, httpx2.TimeoutException):
        return Routing(asked=asked, outcome="timeout", milliseconds=_since(started))
    except httpx2.TransportError:
        return Routing(asked=asked, outcome="refused", milliseconds=_since(started))
    answer, destination = _read(config, body)
    if status != 200:
        outcome, destination = "refused", ""
    else:
        outcome = "answered" if destination else "empty"
    return Routing(
        asked=asked,
        outcome=outcome,
        status=status,
        answer=answer,
        destination=destination,
        milliseconds=_since(started),
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _request(config: TwinConfig, asked: dict[str, str]) -> tuple[str, bytes, dict[str, str]]:
    url = config.forward_url or ""
    if config.forward_submit == "json":
        return url, json.dumps(asked).encode(), {"content-type": "application/json"}
    parts = urlsplit(url)
    query = "&".join(text for text in (parts.query, urlencode(asked)) if text)
    return urlunsplit(parts._replace(query=query)), b"", {}


def _read(config: TwinConfig, body: bytes) -> tuple[Any, str]:
    text = body.decode("utf-8", "replace").strip()
    if config.forward_import == "http":
        return text, text
    try:
        answer = json.loads(text)
    except ValueError:
        return text, ""
    value = answer.get(config.forward_field) if isinstance(answer, dict) else None
    return answer, value.strip() if isinstance(value, str) else ""


def destination_of(config: TwinConfig, routing: Routing | None) -> tuple[TwinEmployee | None, str]:
    """Who is called and on which direction: the first of the answer's that exists, else the next of the scheme.

    An outside number in the answer is dialled although it is nobody's; a SIP login that does not exist is not.
    """
    for wanted in routing.destination.split(",") if routing else []:
        direction = wanted.strip()
        employee = config.employee(direction) if direction else None
        if employee is not None:
            return employee, direction.lstrip("+")
        if direction.lstrip("+").isdecimal() and len(direction) >= 9:
            return None, direction.lstrip("+")
    first = next((person for person in config.employees if person.sip), None) or next(iter(config.employees), None)
    return first, first.direction if first else ""
