"""Whatever bytes a sender puts into a request, they are acknowledged only when they are kept as they were."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fastpath.conftest import FastServer

from switchhook.connections.models import Connection
from switchhook.intake.models import RawEvent

HEADER_VALUES = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=50).map(str.strip)


@pytest.mark.django_db(transaction=True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=3000),
    query=st.text(st.characters(codec="utf-8"), max_size=200),
    content_type=HEADER_VALUES,
    header=HEADER_VALUES,
)
def test_any_body_query_and_header_comes_back_as_it_was_sent(
    server: FastServer, telephony: Connection, secret: str, body: bytes, query: str, content_type: str, header: str
) -> None:
    sent = [(b"content-type", content_type.encode("latin-1")), (b"x-any", header.encode("latin-1"))]
    escaped = quote(query)
    answer = server.client.post(f"/in/{telephony.pk}/{secret}?q={escaped}", content=body, headers=sent)
    event = RawEvent.objects.get(pk=answer.json()["stored"])
    assert (bytes(event.body), event.content_type, event.query) == (body, content_type, f"q={escaped}")
    assert event.headers["x-any"] == header
