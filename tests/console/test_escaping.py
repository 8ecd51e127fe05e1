"""What clients, telephony and CRMs send is text on a page, never markup; pages carry no inline script or style."""

import re

import pytest
from django.test import Client
from tests.factories import Desk, fill

from switchhook.console.views.events import readable

POISON = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.fixture
def poisoned(desk: Desk) -> dict[str, str]:
    made, root = fill(desk, POISON), f"/p/{desk.project.pk}/"
    records = {
        f"{name} {page}": f"{root}crm/{name}/{made[name].pk}/{page}"
        for name in ("contacts", "companies", "leads", "deals", "orders", "tasks")
        for page in ("", "edit")
    }
    lists = {
        name: f"{root}crm/{name}/?status=" for name in ("contacts", "companies", "leads", "deals", "orders", "tasks")
    }
    return {
        "overview": root,
        "calls": f"{root}calls/",
        "call": f"{root}calls/{made['call'].pk}/",
        "event": f"{root}events/{made['event'].pk}/",
        "events": f"{root}events/",
        "deliveries": f"{root}deliveries/",
        "stopped calls": f"{root}deliveries/?tab=failed",
        "board": f"{root}crm/deals/board",
        "search": f"{root}crm/contacts/?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "number": f"{root}calls/?number=%3Cscript%3Ealert(1)%3C/script%3E",
        "pick": f"{root}crm/pick/contact?q=s",
        **lists,
        **records,
    }


def test_markup_in_any_field_is_shown_as_text(poisoned: dict[str, str], owner: Client) -> None:
    answers = {name: owner.get(page) for name, page in poisoned.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    unsafe = {
        name for name, answer in answers.items() if re.search(r"<script>alert|<img src=x", answer.content.decode())
    }
    assert unsafe == set()


def test_no_page_has_inline_script_or_style(pages: dict[str, str], owner: Client) -> None:
    found = {name: INLINE.findall(owner.get(page).content.decode()) for name, page in pages.items()}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_a_link_that_is_no_web_address_leads_nowhere(desk: Desk, owner: Client) -> None:
    desk.call()
    desk.known(url="javascript:alert(1)")
    assert b"javascript:" not in owner.get(f"/p/{desk.project.pk}/calls/").content


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":{"b":1}}', '{\n  "a": {\n    "b": 1\n  }\n}'),
        (b"a=1&b=%D1%84", "a = 1\nb = ф"),
        (b"\xff\xfe plain", "\ufffd\ufffd plain"),
        (b"[" * 100_000, "[" * 100_000),
        (b"", ""),
    ],
)
def test_any_body_can_be_shown(body: bytes, shown: str) -> None:
    assert readable(body) == shown
