"""Every shipped preset can be carried out whole by the built-in CRM."""

from collections.abc import Iterable
from typing import Any

import pytest
from tests.hub import CLIENT, Hub, after, answered, before, incoming, make_hub

from switchhook.delivery.models import Delivery, Effect
from switchhook.scenarios.catalog import names

AI = {"event": "ai_analysis", **incoming("c"), "Summary": "Wants a price.", "customer_mood": "calm"}
OUT = {"call_type": "out", "caller": '"acme_piotr" <acme_piotr>', "dst": CLIENT, "connected_with": None}


def _calls() -> Iterable[dict[str, Any]]:
    yield from (before(uniqueid="a"), after(uniqueid="a"))
    yield from answered("Olena", uniqueid="b")
    yield from answered("Piotr", uniqueid="c")
    yield AI
    yield from answered("Stranger", uniqueid="d")
    yield {**after("Piotr", uniqueid="e"), **OUT, "event": "outgoing_after"}
    yield {**after(uniqueid="f"), **OUT, "event": "outgoing_after"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("preset", names())
def test_nothing_is_refused(preset: str) -> None:
    hub: Hub = make_hub(preset)
    for event in _calls():
        hub.play(event)
    assert list(Effect.objects.exclude(state="done").values_list("action", "error")) == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    assert Effect.objects.exists()
