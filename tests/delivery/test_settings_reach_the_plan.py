"""What an admin sets decides what the calls leave."""

from typing import Any

import pytest
from tests.hub import Hub, after, answered, before

from switchhook.crm.models import Contact, Deal, Lead, Pipeline, Stage, Task
from switchhook.scenarios.services import apply_preset


def _set(hub: Hub, **settings: Any) -> None:
    hub.crm.settings = {**hub.crm.settings, **settings}
    hub.crm.save()


def test_the_due_time_of_a_task_counts_from_the_end_of_the_call(hub: Hub) -> None:
    _set(hub, task_due_minutes=90)
    hub.play(before(), after())
    task, call = Task.objects.get(), hub.project.calls.get()
    assert task.due_at
    assert call.ended_at
    assert (task.due_at - call.ended_at).total_seconds() == 90 * 60


def test_records_can_be_made_after_the_call_instead_of_at_pick_up(hub: Hub) -> None:
    _set(hub, parties_at="end")
    events = list(answered("Olena"))
    hub.play(*events[:2])
    assert Contact.objects.count() == 0
    hub.play(events[2])
    assert Contact.objects.count() == 1


def test_a_parameter_goes_into_the_field_it_is_mapped_to(hub: Hub) -> None:
    _set(hub, field_rules=[{"kind": "lead", "parameter": "pool_name", "field": "pool"}])
    hub.play(*answered("Olena", pool_name="Context ads"))
    assert Lead.objects.get().fields["pool"] == "Context ads"


def test_texts_are_written_in_the_projects_language(hub: Hub) -> None:
    hub.project.language = "uk"
    hub.project.save()
    hub.play(before(), after())
    assert not Task.objects.get().subject.startswith("Missed call")


@pytest.mark.parametrize("pool", ["Context ads", " context ADS "])
def test_a_deal_goes_into_the_pipeline_of_the_first_rule_that_holds(hub: Hub, pool: str) -> None:
    for name in ("Main", "New"):
        pipeline = Pipeline.objects.create(project=hub.project, name=name)
        Stage.objects.create(project=hub.project, pipeline=pipeline, name="First", position=0)
    apply_preset(hub.crm, "pipedrive-deals")
    _set(hub, pipeline_rules=[{"pipeline": "New", "parameter": "pool_name", "value": "Context ads"}])
    hub.play(*answered("Olena", pool_name=pool))
    assert Deal.objects.get().pipeline.name == "New"
