"""What a migration fills in for stored calls is what reading their events anew would give."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from tests.factories import Desk

from switchhook.calls.codec import state_from_json, visit_of
from switchhook.calls.models import Call

VISITS = import_module("switchhook.calls.migrations.0004_filled_and_indexed").VISITS
CHAT = {"channel": "dialogue", "steps": ["dialogue_started"], "source": "telegram"}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"utm": {"utm_source": "google", "utm_campaign": "spring"}},
        {"utm": {"utm_source": "", "source": "bing"}},
        CHAT,
        CHAT | {"utm": {"utm_source": "", "utm_campaign": "spring"}},
        CHAT | {"utm": {"source": "google"}},
        {"channel": "form", "steps": ["form_sent"]},
    ],
)
def test_source_and_campaign_of_stored_calls_are_those_of_new_ones(desk: Desk, state: dict[str, Any]) -> None:
    call = desk.call(channel=state.get("channel", "call"), state=state)
    with connection.cursor() as cursor:
        cursor.execute(VISITS, {"after": call.pk - 1, "upto": call.pk})
    assert Call.objects.values_list("source", "campaign").get() == visit_of(state_from_json(state))
