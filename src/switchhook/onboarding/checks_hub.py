"""Checks of the hub itself: its address, its disk, its clock."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _

from switchhook.onboarding.facts import Facts
from switchhook.onboarding.problems import Problem, Remedy, Urgency
from switchhook.onboarding.reach import Outcome

LEAST_FREE = 1_000_000_000
LEAST_SHARE = 0.03
_CLOCK = timedelta(seconds=30)
_AHEAD = timedelta(minutes=3)


def public_address(facts: Facts) -> Iterator[Problem]:
    """Whether providers can reach the hub, and safely."""
    remedy = Remedy(label=_("Look again"), page="first_run", query="step=webhook")
    match facts.reach:
        case Outcome.REACHED | "":
            return
        case Outcome.LOOPBACK:
            yield Problem(
                check="address",
                urgency=Urgency.LOSES,
                title=_("The hub can be reached from this machine only"),
                why=_(
                    "Real calls cannot come in. Set PUBLIC_URL to the https address under which others reach the hub."
                ),
                names=(facts.public_url,),
            )
        case Outcome.PLAIN:
            yield Problem(
                check="address",
                urgency=Urgency.LOSES,
                title=_("The hub is reached without encryption"),
                why=_(
                    "Whoever is on the way can read the calls and the secret in the address. Put the hub behind https."
                ),
                names=(facts.public_url,),
            )
        case _:
            yield Problem(
                check="address",
                urgency=Urgency.STOPS,
                title=_("The hub cannot be reached under its public address"),
                why=_("Events of your telephony do not arrive."),
                remedy=remedy,
                names=(facts.public_url,),
            )


def disk_space(facts: Facts) -> Iterator[Problem]:
    """A disk that is nearly full: then the hub takes no events."""
    if facts.disk_free < max(LEAST_FREE, int(facts.disk_total * LEAST_SHARE)) and facts.disk_total:
        free = f"{facts.disk_free / 1_000_000_000:.1f}"
        yield Problem(
            check="disk",
            urgency=Urgency.STOPS if facts.disk_free < LEAST_FREE else Urgency.LOSES,
            title=_("Only %(n)s GB of disk space are left") % {"n": free},
            why=_("On a full disk the hub refuses events and keeps no recordings. Free some space, or add some."),
        )


def clocks(facts: Facts) -> Iterator[Problem]:
    """Clocks that are apart, and calls that begin in the future."""
    if facts.clock_off > _CLOCK:
        seconds = int(facts.clock_off.total_seconds())
        yield Problem(
            check="clock",
            urgency=Urgency.LOSES,
            title=_("The clocks of the hub and of its database are %(n)s seconds apart") % {"n": seconds},
            why=_("Waiting times and due times go wrong. Let both machines set their clocks by the network."),
        )
    if facts.calls_ahead > _AHEAD:
        minutes = int(facts.calls_ahead.total_seconds() // 60)
        yield Problem(
            check="clock",
            urgency=Urgency.LOSES,
            title=_("Calls seem to begin %(n)s minutes in the future") % {"n": minutes},
            why=_(
                "The project's time zone is not the one of your telephony's account, or this machine's clock is slow."
            ),
            remedy=Remedy(label=_("Set the time zone"), page="project_settings"),
        )
