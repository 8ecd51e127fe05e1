"""Tickets and the check of secrets, without a server."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.core.errors import BadSecret
from switchhook.core.gate import REMEMBERED_SECONDS, Door, Gate
from switchhook.core.ticket import LIFETIME, Ticket, issue, verify

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IDS = st.integers(min_value=1, max_value=10**15)


@given(IDS, IDS)
def test_a_ticket_names_its_user_and_project(user: int, project: int) -> None:
    assert verify("key", issue("key", user, project, now=NOW), now=NOW) == Ticket(user, project)


def test_a_ticket_is_good_to_the_end_of_its_minute_and_no_longer() -> None:
    ticket = issue("key", 1, 2, now=NOW)
    assert verify("key", ticket, now=NOW + LIFETIME - timedelta(seconds=1)) == Ticket(1, 2)
    with pytest.raises(BadSecret):
        verify("key", ticket, now=NOW + LIFETIME)


def test_another_hub_s_ticket_is_refused() -> None:
    with pytest.raises(BadSecret):
        verify("another key", issue("key", 1, 2, now=NOW), now=NOW)


@given(st.integers(min_value=0, max_value=60), st.characters())
def test_a_ticket_changed_in_one_place_is_refused(place: int, character: str) -> None:
    ticket = issue("key", 12, 34, now=NOW)
    changed = ticket[:place] + character + ticket[place + 1 :]
    if changed != ticket:
        with pytest.raises(BadSecret):
            verify("key", changed, now=NOW)


@given(st.text())
def test_text_that_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(BadSecret):
        verify("key", text, now=NOW)


class Doors:
    """Connections that can be changed, and how often they were looked up."""

    def __init__(self) -> None:
        self.secrets: dict[int, list[str]] = {7: ["old"]}
        self.asked = 0
        self.second = 0.0

    async def load(self, connection: int) -> Door | None:
        self.asked += 1
        digests = [hashlib.sha256(text.encode()).hexdigest() for text in self.secrets.get(connection, [])]
        return Door(connection=connection, digests=tuple(digests)) if digests else None

    def gate(self) -> Gate[Door]:
        return Gate(self.load, seconds=lambda: self.second)


def admitted(gate: Gate[Door], connection: str, secret: str) -> bool:
    try:
        asyncio.run(gate.admit(connection, secret))
    except BadSecret:
        return False
    return True


def test_a_connection_is_read_once_in_a_while() -> None:
    doors = Doors()
    gate = doors.gate()
    assert all(admitted(gate, "7", "old") for _ in range(5))
    assert doors.asked == 1
    doors.second = REMEMBERED_SECONDS + 1
    assert admitted(gate, "7", "old")
    assert doors.asked == 2


def test_a_new_secret_is_good_at_once_and_a_revoked_one_soon_no_longer() -> None:
    doors = Doors()
    gate = doors.gate()
    admitted(gate, "7", "old")
    doors.secrets[7] = ["new"]
    assert admitted(gate, "7", "new")
    assert not admitted(gate, "7", "old")


def test_guessing_fills_no_memory() -> None:
    doors = Doors()
    gate = doors.gate()
    assert not any(admitted(gate, str(number), "guess") for number in range(100, 200))
    assert not gate._doors
    assert not gate.knows("150")


@pytest.mark.parametrize("connection", ["", "0", "07", "-7", "7 ", " 7", "7.0", "x", "٧", "9" * 40])
def test_what_is_no_connection_id_is_not_even_looked_up(connection: str) -> None:
    doors = Doors()
    assert not admitted(doors.gate(), connection, "old")
    assert doors.asked == 0
