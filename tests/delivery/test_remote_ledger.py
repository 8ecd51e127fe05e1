"""The ledger at a CRM beyond the network: lost answers, what it could not take, records that are gone."""

from datetime import timedelta

import pytest
from tests.delivery.remote import Days, RemoteCrm
from tests.hub import CLIENT, Hub, after, answered, before

from switchhook.connections.accounts import open_crm
from switchhook.core.errors import OutcomeUnknown, Rejected, SwitchhookError, TargetGone, Unreachable
from switchhook.core.reason import because
from switchhook.core.records import Draft, Kind
from switchhook.crm.models import Company, Contact, Lead, Task
from switchhook.crm.services import convert_lead
from switchhook.delivery.models import Delivery, Effect
from switchhook.delivery.resend import causes, resend_matching
from switchhook.delivery.trace import trace_of
from switchhook.directory import index
from switchhook.projects.models import Project
from switchhook.understanding.reader import read_batch

SECOND = {"uniqueid": "ua9_-1.2", "calldate": "2026-11-20 11:00:00"}


def _play(hub: Hub, days: Days, *events: dict[str, object]) -> None:
    hub.deliver(*events)
    while read_batch():
        pass
    days.work()


def _once(remote: RemoteCrm, method: str, about: str, error: SwitchhookError) -> None:
    """The next such request ends with `error`, and no later one."""

    def fault(asked: str, of: str) -> SwitchhookError | None:
        if (asked, of) != (method, about):
            return None
        remote.back()
        return error

    remote.fault = fault


def test_a_lost_create_is_looked_for_with_all_its_links(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _once(remote, "create", "lead", OutcomeUnknown("no answer"))
    _play(hub, days, *answered("Olena"))
    days.forward(minutes=2)
    assert [about for method, about in remote.log if method == "find_made"] == ["lead ['company', 'contact']"]
    assert (Lead.objects.count(), hub.effects()["lead"]) == (1, "done")


def test_a_party_that_cannot_be_traced_is_found_by_its_number_once_it_must_show(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    remote.changed = {"traceable": frozenset(), "settle": 10.0}
    _once(remote, "create", "contact", OutcomeUnknown("no answer"))
    _play(hub, days, *answered("Olena"))
    looked = remote.requests["find"]
    days.forward(seconds=50)
    assert remote.requests["find"] == looked
    days.forward(seconds=10)
    assert (Contact.objects.count(), Lead.objects.count(), hub.effects()["contact"]) == (1, 1, "done")


def test_a_party_that_was_not_made_after_all_is_made_once(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.changed = {"traceable": frozenset()}
    _once(remote, "create", "contact", OutcomeUnknown("no answer"))
    _play(hub, days, *answered("Olena"))
    Contact.objects.all().delete()
    days.forward(minutes=2)
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)


def test_a_task_that_cannot_be_traced_is_shown_to_a_person(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.changed = {"traceable": frozenset()}
    _once(remote, "create", "task", OutcomeUnknown("no answer"))
    _play(hub, days, before(), after())
    days.forward(minutes=2)
    task = Effect.objects.get(kind="task")
    assert (task.state, task.error_code) == ("refused", "rejected")
    assert Task.objects.count() == 1


def test_what_the_crm_could_not_take_is_kept_and_said_in_the_trace(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.remarks = (because("The task has a date and no hour: %(hour)s was left out.", hour="14:00"),)
    _play(hub, days, *answered("Olena"))
    assert Effect.objects.get(action="lead").remarks == [
        {"text": "The task has a date and no hour: %(hour)s was left out.", "params": {"hour": "14:00"}}
    ]
    said = {remark for action in trace_of(hub.project.calls.get()).connections[0].actions for remark in action.remarks}
    assert said == {"The task has a date and no hour: 14:00 was left out."}


def test_a_lead_closed_between_plan_and_use_is_planned_anew_once(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _play(hub, days, *answered("Olena"))

    def close(method: str, about: str) -> SwitchhookError | None:
        if (method, about) == ("create", "task"):
            remote.back()
            convert_lead(Lead.objects.get(), now=days.now)
            return TargetGone("The lead was converted.")
        return None

    remote.fault = close
    _play(hub, days, *answered("Olena", **SECOND))
    assert Lead.objects.filter(status="open").count() == 1
    assert not Effect.objects.filter(state__in=["refused", "blocked"]).exists()


def test_a_lead_that_goes_moments_after_we_made_it_is_gone(
    hub: Hub, remote: RemoteCrm, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory trusts its own young entries more than a search, and the record itself more than both."""
    remote.changed = {"settle": 60.0}
    search = remote.find_by_phone
    monkeypatch.setattr(remote, "find_by_phone", lambda phone: [r for r in search(phone) if r.is_open])
    _play(hub, days, *answered("Olena"))
    lead = Lead.objects.get()
    convert_lead(lead, now=days.now)

    def fault(method: str, about: str) -> SwitchhookError | None:
        there = Lead.objects.filter(status="open").exists()
        is_asked_for = (method, about) == ("get", "lead") or ((method, about) == ("create", "task") and not there)
        return TargetGone("The lead was converted.") if is_asked_for else None

    remote.fault = fault
    _play(hub, days, *answered("Olena", **SECOND))
    assert Lead.objects.filter(status="open").count() == 1
    known = [record for record in index.look_up(hub.crm, f"+{CLIENT}") if record.kind is Kind.LEAD]
    assert str(lead.pk) not in {record.id for record in known if record.is_open}
    assert not Effect.objects.filter(state__in=["refused", "blocked"]).exists()


def test_a_target_that_stays_gone_becomes_dead_work(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _play(hub, days, *answered("Olena"))
    remote.fault = lambda method, about: TargetGone("gone") if (method, about) == ("create", "task") else None
    _play(hub, days, *answered("Olena", **SECOND))
    task = Effect.objects.get(kind="task", call__external_id="ua9_-1.2")
    assert (task.state, task.error_code) == ("refused", "target_gone")
    assert remote.log.count(("create", "task")) == 2
    assert Delivery.objects.exclude(state="done").count() == 0


def test_dead_work_is_grouped_by_cause_with_advice_and_sent_again_as_one(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    full = Rejected("The field “pool” is unknown.")
    remote.fault = lambda method, about: full if (method, about) == ("create", "contact") else None
    for number in range(3):
        client = f"38067100000{number}"
        _play(hub, days, *answered("Olena", uniqueid=f"c{number}", userfield=client, E164=f"+{client}"))
    cause = causes(hub.project)[0]
    assert (cause.kind, cause.error, cause.count) == ("contact", "The field “pool” is unknown.", 3)
    assert "send again" in cause.advice
    remote.back()
    assert resend_matching(hub.project, error_code=cause.error_code, error=cause.error, kind=cause.kind) == 3
    days.work()
    assert (Contact.objects.count(), Lead.objects.count(), causes(hub.project)) == (3, 3, [])


def test_dead_work_of_another_project_is_not_touched(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    remote.fault = lambda method, about: Rejected("no") if (method, about) == ("create", "contact") else None
    _play(hub, days, *answered("Olena"))
    other = Project.objects.create(name="Other")
    assert (resend_matching(other), causes(other)) == (0, [])
    assert Effect.objects.filter(state="refused").count() == 1


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_a_new_clients_call_costs_one_look_up_and_its_creates(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    for event in answered("Olena"):
        _play(hub, days, event)
        days.now += timedelta(seconds=15)
    assert remote.requests == {"find": 1, "create": 3}


def test_a_new_clients_missed_call_costs_one_look_up_and_its_creates(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    for event in (before(), after()):
        _play(hub, days, event)
        days.now += timedelta(seconds=15)
    assert remote.requests == {"find": 1, "create": 4}


def test_a_known_client_whose_lead_was_seen_within_the_minute_costs_no_look_up(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _play(hub, days, *answered("Olena"))
    remote.requests.clear()
    days.now += timedelta(seconds=30)
    _play(hub, days, *answered("Olena", **SECOND))
    assert remote.requests == {"create": 1}


def test_a_known_client_whose_lead_was_seen_earlier_costs_one_reading_of_it(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _play(hub, days, *answered("Olena"))
    remote.requests.clear()
    days.now += timedelta(hours=3)
    for event in answered("Olena", **SECOND):
        _play(hub, days, event)
        days.now += timedelta(minutes=2)
    assert remote.requests == {"get": 1, "create": 1}


def test_of_several_stale_records_only_the_one_that_takes_the_call_is_read(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _play(hub, days, *answered("Olena"))
    contact = Contact.objects.get()
    far = open_crm(hub.crm)
    for title in ("second", "third"):
        far.create(
            Draft(kind=Kind.LEAD, values={"title": title}, links=(far.find_by_phone(f"+{CLIENT}")[0].ref,)), mark=""
        )
    assert contact.leads.count() == 3
    days.now += timedelta(hours=3)
    index.ask(hub.crm, f"+{CLIENT}", far, anew=True)
    days.now += timedelta(hours=3)
    remote.requests.clear()
    _play(hub, days, *answered("Olena", **SECOND))
    assert (remote.requests["find"], remote.requests["get"]) == (0, 1)


def test_a_card_is_not_made_beside_one_that_the_directory_has_not_heard_of(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    far = open_crm(hub.crm)
    contact = far.create(Draft(kind=Kind.CONTACT, values={"name": "Марія", "phones": [f"+{CLIENT}"]}), mark="")
    index.remember(hub.crm, [contact])
    far.create(Draft(kind=Kind.LEAD, values={"title": "by hand"}, links=(contact.ref,)), mark="")
    _play(hub, days, *answered("Olena"))
    assert Lead.objects.count() == 1
    assert remote.requests["find"] == 1


def test_a_failed_try_costs_no_look_up_a_second_time(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    _once(remote, "create", "company", Unreachable("away"))
    _play(hub, days, *answered("Olena"))
    days.forward(seconds=5)
    assert (remote.requests["find"], Company.objects.count()) == (1, 1)
