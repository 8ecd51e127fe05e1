"""Forwarding: settings as the fast path reads them, and the try that asks its very question."""

from typing import Any

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk

from switchhook.connections.models import Connection
from switchhook.routing.scheme import read_scheme

USUAL = {
    "by": "table",
    "skip_absent": "on",
    "number_field": "from",
    "direction_field": "direction",
    "state_field": "state",
    "state": "ping",
    "answer": "json",
    "answer_field": "dst_phone",
    "nobody": "",
    "nobody_status": "200",
}


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/forwarding"


def stored(desk: Desk) -> Any:
    return read_scheme(Connection.objects.get(pk=desk.telephony.pk).settings)


def test_the_form_as_it_is_shown_changes_nothing(desk: Desk, owner: Client, page: str) -> None:
    before = stored(desk)
    form = owner.get(page).context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    assert owner.post(page, sent).status_code == 302
    assert stored(desk) == before


def test_settings_are_saved_as_the_fast_path_reads_them(desk: Desk, owner: Client, page: str) -> None:
    own = {
        "by": "own",
        "order_0": "last_talk",
        "order_1": "contact",
        "answer": "http",
        "nobody": "100",
        "mobiles": "on",
    }
    assert owner.post(page, USUAL | own | {"number_field": "Src", "nobody_status": "404"}).status_code == 302
    scheme = stored(desk)
    assert (scheme.order, scheme.fixed, scheme.form, scheme.mobiles) == (("last_talk", "contact"), True, "http", True)
    assert (scheme.fields["number"], scheme.nobody, scheme.nobody_status) == ("src", "100", 404)
    owner.post(page, {name: value for name, value in USUAL.items() if name != "skip_absent"})
    assert (stored(desk).fixed, stored(desk).skip_absent, stored(desk).nobody) == (False, False, None)


@pytest.mark.parametrize("order", [{}, {"order_0": "lead", "order_2": "lead"}])
def test_an_order_of_its_own_names_somebody_and_nobody_twice(owner: Client, page: str, order: dict[str, str]) -> None:
    assert owner.post(page, USUAL | {"by": "own"} | order).status_code == 422


def test_the_try_names_who_would_take_the_call(desk: Desk, owner: Client, page: str) -> None:
    desk.known(owner=str(desk.piotr.pk))
    answer = owner.post(f"{page}/try", USUAL | {"try_number": "067 123 45 67"})
    assert answer.context["taker"] == (desk.piotr, "piotr")
    assert answer.context["answer"] == '{"dst_phone": "piotr"}'
    assert [one.owner for one in answer.context["records"]] == [desk.piotr]


def test_the_try_goes_by_the_form_as_it_stands(desk: Desk, owner: Client, page: str) -> None:
    desk.known(owner=str(desk.piotr.pk))
    desk.call(client=CLIENT, employee=desk.olena)
    own = {"by": "own", "order_0": "last_talk"}
    assert owner.post(f"{page}/try", USUAL | own | {"try_number": CLIENT}).context["taker"] == (desk.olena, "olena")
    assert stored(desk).fixed is False


def test_nobody_and_no_number_are_told(owner: Client, page: str) -> None:
    assert "Nobody" in owner.post(f"{page}/try", USUAL | {"try_number": CLIENT}).content.decode()
    assert "is not a telephone number" in owner.post(f"{page}/try", USUAL | {"try_number": "12"}).content.decode()


def test_only_a_telephony_connection_forwards(desk: Desk, owner: Client) -> None:
    assert owner.get(f"/p/{desk.project.pk}/connections/{desk.crm.pk}/forwarding").status_code == 404
