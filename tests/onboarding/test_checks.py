"""Each check on facts that are made up: what it says, how urgent that is, and where it is mended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from switchhook.core.call import EventKind
from switchhook.core.matrix_check import Problem as TableProblem
from switchhook.core.matrix_check import Severity
from switchhook.core.reason import because
from switchhook.onboarding import checks
from switchhook.onboarding.facts import Crm, Facts, Person, Telephony
from switchhook.onboarding.problems import Problem, Urgency

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEARD = frozenset({EventKind.BEFORE, EventKind.TAKING, EventKind.AFTER})
LOOKED = {"fields_gone": [], "users_gone": [], "owners": [], "local_numbers": 0}


@pytest.fixture
def crm() -> Crm:
    return Crm(id=7, name="Acme", mapped=frozenset({1, 2}), senior=1, top=2, has_table=True, closer=LOOKED)


@pytest.fixture
def facts(crm: Crm) -> Facts:
    """A project in which nothing is wrong."""
    telephony = Telephony(id=3, name="Exchange", last_event=NOW, forwarding_asked=NOW, closer={"strangers": []})
    people = (Person(id=1, name="Iryna"), Person(id=2, name="Andrii"))
    return Facts(
        now=NOW, people=people, telephony=(telephony,), crms=(crm,), calls=40, last_call=NOW, event_kinds=HEARD
    )


def with_crm(facts: Facts, **changes: object) -> Facts:
    return replace(facts, crms=(replace(facts.crms[0], **changes),))  # type: ignore[arg-type]


def with_telephony(facts: Facts, **changes: object) -> Facts:
    return replace(facts, telephony=(replace(facts.telephony[0], **changes),))  # type: ignore[arg-type]


def only(facts: Facts) -> Problem:
    (found,) = checks.problems(facts)
    return found


def test_where_all_is_well_nothing_is_said_and_every_check_is_in_order(facts: Facts) -> None:
    assert checks.problems(facts) == []
    assert len(checks.fine(facts)) == len(checks.CHECKS)


def test_what_was_never_looked_at_is_not_called_in_order(facts: Facts) -> None:
    unseen = with_crm(facts, closer={})
    assert len(checks.fine(unseen)) == len(checks.CHECKS) - 6
    assert "Mapped fields exist" not in checks.fine(unseen)


def test_an_empty_project_lacks_telephony_and_a_crm() -> None:
    found = checks.problems(Facts(now=NOW))
    assert [(one.check, one.urgency) for one in found] == [("no_telephony", "stops"), ("no_crm", "stops")]
    assert [one.remedy.page for one in found if one.remedy] == ["first_run", "first_run"]


CASES: dict[str, tuple[str, Urgency, str]] = {
    "unmapped": ("2 employees are nobody in Acme", Urgency.LOSES, "connection_people"),
    "no line": ("1 employee has no line", Urgency.LOSES, "employee"),
    "no senior": ("Acme has no senior manager", Urgency.LOSES, "connection_rules"),
    "senior left": ("Iryna, senior manager in Acme, does not work here any more", Urgency.LOSES, "connection_rules"),
    "top unmapped": ("Andrii, top manager, is nobody in Acme", Urgency.LOSES, "connection_people"),
    "owners": ("1 user of Acme owns records and is no employee here", Urgency.LOSES, "connection_people"),
    "members": ("1 manager is no employee", Urgency.HINDERS, "employees"),
    "never an event": ("Exchange has never sent an event", Urgency.STOPS, "connection"),
    "silence": ("Exchange sends no events any more, though its call log has new calls", Urgency.STOPS, "connection"),
    "only the end": ("Your provider tells of calls only when they are over", Urgency.LOSES, "connection"),
    "no ring": ("Your provider does not tell when it rings", Urgency.HINDERS, "connection"),
    "forwarding": ("Exchange has never asked who takes a call", Urgency.HINDERS, "connection"),
    "unreadable": ("4 of the latest events could not be read", Urgency.LOSES, "events"),
    "no lines": ("None of your own numbers is entered", Urgency.HINDERS, "numbers"),
    "strangers": ("1 employee of Exchange is not known here", Urgency.LOSES, "employees"),
    "broken": ("Acme does not work", Urgency.STOPS, "connection"),
    "observing": ("Acme only observes until 25 November, 12:00", Urgency.HINDERS, "connection"),
    "token": ("The access to Acme could not be renewed", Urgency.STOPS, "connection"),
    "account": ("Acme could not be looked into", Urgency.STOPS, "connection"),
    "fields": ("1 mapped field is not there any more in Acme", Urgency.LOSES, "connection_fields"),
    "users": ("The user of 1 employee is not active any more in Acme", Urgency.LOSES, "connection_people"),
    "numbers": ("3 numbers in Acme are written without the country code", Urgency.HINDERS, "connection"),
    "hole": ("The scenario table of Acme says nothing of 1 situation", Urgency.HINDERS, "scenarios"),
    "contradiction": ("The scenario table of Acme contradicts itself in 1 place", Urgency.LOSES, "scenarios"),
    "dead": ("5 records did not get into Acme", Urgency.LOSES, "deliveries"),
    "private": ("The hub cannot be reached under its public address", Urgency.STOPS, "first_run"),
    "loopback": ("The hub can be reached from this machine only", Urgency.LOSES, ""),
    "plain": ("The hub is reached without encryption", Urgency.LOSES, ""),
    "disk": ("Only 0.4 GB of disk space are left", Urgency.STOPS, ""),
    "clock": ("The clocks of the hub and of its database are 95 seconds apart", Urgency.LOSES, ""),
    "zone": ("Calls seem to begin 60 minutes in the future", Urgency.LOSES, "project_settings"),
}


OF_THE_CRM: dict[str, dict[str, Any]] = {
    "unmapped": {"mapped": frozenset[int](), "senior": 3, "top": 3},
    "no senior": {"senior": None},
    "top unmapped": {"mapped": frozenset({1})},
    "owners": {"closer": {**LOOKED, "owners": ["Petro"]}},
    "broken": {"state": "broken"},
    "observing": {"observes_until": NOW + timedelta(days=3)},
    "token": {"token_error": "invalid_grant"},
    "account": {"closer": {"problem": "No answer in time."}},
    "fields": {"closer": {**LOOKED, "fields_gone": ["visit_source"]}},
    "users": {"closer": {**LOOKED, "users_gone": ["Iryna"]}},
    "numbers": {"closer": {**LOOKED, "local_numbers": 3, "local_examples": ["0671234567"]}},
    "hole": {"table": (TableProblem(severity=Severity.HOLE, reason=because("A call")),)},
    "contradiction": {"table": (TableProblem(severity=Severity.CONTRADICTION, reason=because("Two rows")),)},
    "dead": {"refused": 4, "dead": 1},
}
OF_TELEPHONY: dict[str, dict[str, Any]] = {
    "never an event": {"last_event": None},
    "silence": {"last_event": NOW - timedelta(days=4)},
    "forwarding": {"forwarding_asked": None},
    "unreadable": {"unreadable": 4},
    "strangers": {"closer": {"strangers": ["Taras"]}},
}


def troubled(name: str, facts: Facts) -> Facts:
    if name in OF_THE_CRM:
        return with_crm(facts, **OF_THE_CRM[name])
    if name in OF_TELEPHONY:
        return with_telephony(facts, **OF_TELEPHONY[name])
    project: dict[str, dict[str, Any]] = {
        "no line": {"people": (*facts.people, Person(id=9, name="Taras", directed=False))},
        "senior left": {"people": (Person(id=1, name="Iryna", active=False), facts.people[1])},
        "members": {"members_without_employee": ("Olha",)},
        "only the end": {"event_kinds": frozenset({EventKind.AFTER, EventKind.EXPORT})},
        "no ring": {"event_kinds": frozenset({EventKind.TAKING, EventKind.AFTER})},
        "no lines": {"lines": 0},
        "private": {"reach": "private"},
        "loopback": {"reach": "loopback"},
        "plain": {"reach": "plain"},
        "disk": {"disk_free": 400_000_000},
        "clock": {"clock_off": timedelta(seconds=95)},
        "zone": {"calls_ahead": timedelta(hours=1)},
    }
    return replace(facts, **project[name])


@pytest.mark.parametrize("name", CASES)
def test_a_trouble_is_named_with_its_remedy(facts: Facts, name: str) -> None:
    title, urgency, page = CASES[name]
    (found,) = (one for one in checks.problems(troubled(name, facts)) if one.title == title)
    assert found.urgency == urgency
    assert (found.remedy.page if found.remedy else "") == page
    assert found.why


def test_whoever_is_nobody_in_a_crm_is_named(facts: Facts) -> None:
    titles = {one.title: one for one in checks.problems(troubled("unmapped", facts))}
    assert titles["2 employees are nobody in Acme"].names == ("Iryna", "Andrii")


def test_a_paused_crm_is_not_nagged_about(facts: Facts) -> None:
    assert only(with_crm(facts, state="paused", senior=None, mapped=frozenset())).title == "Acme is switched off"


def test_the_most_urgent_comes_first(facts: Facts) -> None:
    worst = replace(with_telephony(facts, last_event=None), lines=0, disk_free=1_200_000_000, disk_total=10**12)
    assert [one.urgency for one in checks.problems(worst)] == ["stops", "loses", "hinders"]


def test_with_few_calls_nothing_is_concluded_from_their_events(facts: Facts) -> None:
    assert checks.problems(replace(facts, calls=2, event_kinds=frozenset({EventKind.AFTER}))) == []


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    from django.utils import timezone

    with timezone.override("UTC"):
        yield
