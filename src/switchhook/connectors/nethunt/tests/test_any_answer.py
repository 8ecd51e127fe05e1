"""Whatever stands in a record or an entry, reading it never breaks: folders hold what their owners like."""

from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.connectors.nethunt.activities import call_body, call_record, comment_record, comment_text
from switchhook.connectors.nethunt.config import Config
from switchhook.connectors.nethunt.finding import spellings
from switchhook.connectors.nethunt.records import Glasses
from switchhook.connectors.nethunt.tests.account import account_at
from switchhook.connectors.nethunt.texts import Words
from switchhook.connectors.nethunt.twin import TwinConfig
from switchhook.connectors.nethunt.values import texts, when
from switchhook.core.phone import normalize
from switchhook.core.records import Draft, Kind, Ref

CONFIG = TwinConfig()
GLASSES = Glasses(Config.of(account_at("http://127.0.0.1", CONFIG)), "UA", Words(str))
ABOUT = Ref(Kind.CONTACT, "65f1c0a2b4d5e6f708091a2b")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
NAMES = sorted({field.name for folder in CONFIG.folders for field in folder.fields})
CHARACTERS = st.characters(codec="utf-8")
LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


@given(kind=st.sampled_from([Kind.CONTACT, Kind.COMPANY, Kind.DEAL, Kind.TASK]), data=st.data())
def test_a_record_of_any_content_is_read(kind: Kind, data: st.DataObject) -> None:
    fields = data.draw(st.dictionaries(st.sampled_from(NAMES) | st.text(), ANYTHING, max_size=8))
    about = {name: data.draw(ANYTHING) for name in ("createdAt", "updatedAt", "link")}
    read = GLASSES.record({"recordId": "1", "fields": fields, **about}, kind)
    assert read.ref == Ref(kind, "1")
    assert all(phone.startswith("+") for phone in read.phones)


@given(item=st.fixed_dictionaries(dict.fromkeys(("text", "time", "duration", "createdAt", "callLogId"), ANYTHING)))
def test_an_entry_of_any_content_is_read(item: dict[str, Any]) -> None:
    assert call_record(item, ABOUT, GLASSES.words).values["talk_seconds"] is not None
    assert comment_record(item, ABOUT, GLASSES.words).values["links"]


@given(text=st.text(CHARACTERS, min_size=1).filter(str.strip))
def test_any_comment_is_read_as_it_was_written(text: str) -> None:
    sent = comment_text(Draft(kind=Kind.COMMENT, values={"text": text}), "swh-0a1b", GLASSES.words)
    assert comment_record({"text": sent}, ABOUT, GLASSES.words).values["text"] == text


@given(
    name=LINE, seconds=st.integers(0, 100_000), wait=st.integers(0, 100_000), status=st.sampled_from(["answered", "x"])
)
def test_a_calls_numbers_survive_whatever_the_employee_is_called(
    name: str, seconds: int, wait: int, status: str
) -> None:
    values = {
        "direction": "out",
        "status": status,
        "talk_seconds": seconds,
        "wait_seconds": wait,
        "employee_name": name,
    }
    body = call_body(Draft(kind=Kind.CALL, values=values), "swh-1", GLASSES.words)
    read = call_record(body, ABOUT, GLASSES.words).values
    assert (read["direction"], read["talk_seconds"], read["wait_seconds"]) == ("out", seconds, wait)


@given(value=ANYTHING)
def test_any_value_has_texts_and_perhaps_a_time(value: Any) -> None:
    assert "" not in texts(value)
    moment = when(value)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize("country", ["UA", "PL", "FR", "GB", "US", "IT", "KZ", "MD", "LT", "CZ", "IL"])
@pytest.mark.parametrize("type_", [phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
def test_every_spelling_means_the_same_number(country: str, type_: int) -> None:
    example = phonenumbers.example_number_for_type(country, type_)
    assert example is not None
    phone = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert {normalize(text, country) for text in spellings(phone)} == {phone}
