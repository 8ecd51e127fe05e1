"""An old call stays with the people of its time, whatever becomes of them later."""

from typing import Any

from tests.delivery.faulty import FaultyCrm
from tests.hub import Hub, after, answered, before

from switchhook.connections.services import map_employee
from switchhook.core.errors import Rejected
from switchhook.core.records import Kind
from switchhook.delivery.models import Effect
from switchhook.delivery.resend import resend

RATED: dict[str, Any] = {"rating": 5, "pool_name": "Context ads"}


def _leaves(hub: Hub, name: str) -> None:
    hub.people[name].active = False
    hub.people[name].save()


def test_a_late_event_does_not_take_records_from_who_has_left_since(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    _leaves(hub, "Olena")
    hub.play(after("Olena", **RATED))
    assert hub.owners() == {"contact": ["Olena"], "company": ["Olena"], "lead": ["Olena"]}
    assert hub.tasks() == []


def test_a_late_event_does_not_take_a_task_from_a_senior_manager_who_has_left_since(hub: Hub) -> None:
    hub.play(before(), after())
    _leaves(hub, "Iryna")
    hub.play(after(**RATED))
    assert hub.tasks() == [("Iryna", False)]


def test_a_new_call_goes_to_the_people_of_today(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    _leaves(hub, "Olena")
    hub.play(*answered("Piotr", uniqueid="ua9_-1.2", calldate="2026-11-20 11:00:00"))
    assert ("Olena", False) not in hub.tasks()


def test_work_that_is_still_to_be_done_goes_to_the_people_of_today(hub: Hub, crm: FaultyCrm) -> None:
    crm.faults[Kind.TASK] = Rejected("the assignee is not active")
    hub.play(before(), after())
    _leaves(hub, "Iryna")
    hub.crm.settings = {**hub.crm.settings, "senior_employee": hub.people["Piotr"].pk}
    hub.crm.save()
    resend(Effect.objects.filter(state="refused").values_list("pk", flat=True))
    hub.settle()
    assert hub.tasks() == [("Piotr", False)]


def test_an_employee_mapped_later_is_recognised_in_old_calls(hub: Hub) -> None:
    map_employee(hub.crm, hub.people["Piotr"], "")
    hub.play(*answered("Piotr"))
    assert hub.owners()["lead"] == ["Andrii"]
    map_employee(hub.crm, hub.people["Piotr"], str(hub.people["Piotr"].pk))
    hub.play(after("Piotr", **RATED))
    assert hub.owners()["lead"] == ["Piotr"]
