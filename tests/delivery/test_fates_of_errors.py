"""What becomes of the work when a CRM fails, refuses, forgets to answer or loses a record."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.delivery.faulty import FaultyCrm
from tests.hub import LINE, Hub, answered

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import mark_broken, pause
from switchhook.core.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Unreachable
from switchhook.core.records import Kind
from switchhook.crm.models import Contact, Lead
from switchhook.delivery import holding
from switchhook.delivery.holding import Held
from switchhook.delivery.models import Delivery, Effect, Lane
from switchhook.delivery.resend import resend
from switchhook.projects.models import IgnoredClient, Number


def _let_time_pass(hub: Hub) -> None:
    Lane.objects.update(wake_at=None)
    Effect.objects.update(lease_until=None)
    hub.settle()


@pytest.mark.parametrize("error", [Unreachable("away"), RateLimited("slow down", retry_after=7)])
def test_a_transient_error_makes_the_lane_wait_and_try_again(hub: Hub, crm: FaultyCrm, error: Unreachable) -> None:
    crm.faults[Kind.LEAD] = error
    hub.play(*answered("Olena"))
    lane = Lane.objects.get()
    assert (lane.scheduled, Lead.objects.count()) == (True, 0)
    assert lane.wake_at
    assert lane.wake_at > timezone.now()
    _let_time_pass(hub)
    assert Lead.objects.count() == 1


def test_a_rate_limit_waits_as_long_as_the_vendor_asks(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.LEAD] = RateLimited("slow down", retry_after=700)
    hub.play(*answered("Olena"))
    assert Lane.objects.filter(wake_at__gt=timezone.now() + timedelta(seconds=600)).exists()


def test_a_lost_answer_never_makes_a_second_record(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.CONTACT] = OutcomeUnknown("no answer")
    hub.play(*answered("Olena"))
    assert hub.effects()["contact"] == "unknown"
    _let_time_pass(hub)
    assert crm.created.count(Kind.CONTACT) == 1
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)


def test_refused_credentials_break_the_connection_and_hold_its_work_until_it_is_mended(
    hub: Hub, crm: FaultyCrm
) -> None:
    crm.faults[Kind.LEAD] = AuthFailed("token expired")
    hub.play(*answered("Olena"))
    connection = Connection.objects.get(pk=hub.crm.pk)
    assert (connection.state, connection.state_reason) == (ConnectionState.BROKEN, "token expired")
    assert not Lane.objects.get().scheduled
    assert holding.resume(connection).lanes == 1
    hub.settle()
    assert Lead.objects.count() == 1


def test_credentials_entered_meanwhile_are_not_broken_by_a_run_that_used_the_old_ones(hub: Hub) -> None:
    used = Connection.objects.get(pk=hub.crm.pk)
    hub.crm.credentials = {"token": "new"}
    hub.crm.credentials_version += 1
    hub.crm.save()
    mark_broken(used, "token expired")
    assert Connection.objects.get(pk=hub.crm.pk).state == ConnectionState.ACTIVE


def test_a_refusal_blocks_what_depends_on_it_and_resending_mends_both(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.CONTACT] = Rejected("name is too long")
    hub.play(*answered("Olena"))
    effects = hub.effects()
    assert (effects["contact"], effects["lead"], effects["company"]) == ("refused", "blocked", "done")
    resend(Effect.objects.filter(state="refused").values_list("pk", flat=True))
    hub.settle()
    assert set(hub.effects().values()) == {"done"}
    assert Lead.objects.get().contact == Contact.objects.get()


def test_a_later_call_makes_no_second_record_of_a_refused_kind(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.CONTACT] = Rejected("name is too long")
    hub.play(*answered("Olena"))
    hub.play(*answered("Olena", uniqueid="ua9_-1.2"))
    assert Contact.objects.count() == 0
    resend(Effect.objects.filter(state="refused").values_list("pk", flat=True))
    hub.settle()
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)


def test_a_paused_connection_costs_nothing_and_drains_when_it_is_resumed_for_all(hub: Hub) -> None:
    pause(hub.crm)
    hub.play(*answered("Olena"))
    assert (Delivery.objects.filter(state="pending").count(), Lane.objects.filter(scheduled=True).count()) == (1, 0)
    holding.resume(hub.crm, held=Held.ALL)
    hub.settle()
    assert Lead.objects.count() == 1


def test_a_record_deleted_meanwhile_is_looked_for_again_and_planned_anew(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    Lead.objects.all().delete()
    Contact.objects.all().delete()
    hub.play(*answered("Piotr", uniqueid="ua9_-1.2"))
    assert Contact.objects.count() == 1
    assert Lead.objects.get().contact == Contact.objects.get()


def test_calls_of_a_stopped_line_or_an_ignored_client_stay_in_the_journal(hub: Hub) -> None:
    Number.objects.filter(e164=f"+{LINE}").update(stopped=True)
    hub.play(*answered("Olena"))
    Number.objects.update(stopped=False)
    IgnoredClient.objects.create(project=hub.project, e164="+380501112233")
    hub.play(*answered("Olena", uniqueid="ua9_-1.3", userfield="380501112233", E164="+380501112233"))
    assert Delivery.objects.count() == 0
    assert hub.project.calls.filter(stopped=True).count() == 2


def test_the_stop_list_is_asked_again_when_an_effect_is_about_to_be_sent(hub: Hub) -> None:
    pause(hub.crm)
    hub.play(*answered("Olena"))
    Number.objects.filter(e164=f"+{LINE}").update(stopped=True)
    holding.resume(hub.crm, held=Held.ALL)
    hub.settle()
    assert Delivery.objects.get().state == "skipped"
    assert Lead.objects.count() == 0


def test_a_call_older_than_the_connections_activation_enters_the_journal_only(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.telephony.pk).update(activated_at=timezone.now())
    hub.play(*answered("Olena"))
    assert hub.project.calls.get().journal_only
    assert Lead.objects.count() == 0


def test_a_vendor_who_asks_for_no_wait_is_not_asked_again_at_once(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.LEAD] = RateLimited("slow down", retry_after=0)
    hub.play(*answered("Olena"))
    wake_at = Lane.objects.get().wake_at
    assert wake_at
    assert wake_at > timezone.now() + timedelta(milliseconds=300)


def test_a_lost_request_is_not_repeated_while_it_may_still_be_at_work(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.CONTACT] = OutcomeUnknown("no answer")
    hub.play(*answered("Olena"))
    Contact.objects.all().delete()
    _let_time_pass(hub)
    assert hub.effects()["contact"] == "unknown"
    Effect.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    _let_time_pass(hub)
    assert Contact.objects.count() == 1


def test_settings_that_cannot_be_used_hold_the_work_until_they_are_mended(hub: Hub) -> None:
    usable = hub.crm.settings
    Connection.objects.filter(pk=hub.crm.pk).update(settings={**usable, "task_due_minutes": "soon"})
    hub.play(*answered("Olena"))
    connection = Connection.objects.get(pk=hub.crm.pk)
    assert (connection.state, Lead.objects.count()) == (ConnectionState.BROKEN, 0)
    Connection.objects.filter(pk=hub.crm.pk).update(settings=usable)
    holding.resume(connection)
    hub.settle()
    assert Lead.objects.count() == 1


def test_a_crm_connected_later_gets_no_calls_from_before(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.crm.pk).update(activated_at=timezone.now())
    hub.play(*answered("Olena"))
    assert Delivery.objects.count() == 0
