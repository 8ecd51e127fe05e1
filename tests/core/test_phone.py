"""One number, one spelling."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.core.phone import digits_of, display, looks_like_subscriber, normalize

NUMBER = "+380671234567"
SPELLINGS = [
    "+380671234567",
    "+38-067-123-4567",
    "380671234567",
    "0671234567",
    "+38 067 123 45 67",
    "+38 (067) 123-45-67",
    "+38(067)1234567",
    "38 067 123 45 67",
    "38-067-123-45-67",
    "(067) 123-45-67",
    "067 123 45 67",
    "067.123.45.67",
    "067/123-45-67",
    "00380671234567",
    "00 380 67 123 45 67",
    "(00380) 67 1234567",
    "+380 67 123 4567",
    "+380\u00a067\u00a0123\u00a045\u00a067",
    "+380–67–123–45–67",
    " +380671234567 ",
    "+380671234567;ext=12",
    "+380671234567 x12",
    "067 123 45 67 доб. 12",
    "0671234567 ext. 12",
    "tel:+380671234567",
    "tel:+380-67-123-45-67;ext=5",
    "sip:+380671234567@pbx.example",
    "＋380671234567",
    "\u202a+380671234567\u202c",
    "\u200e+380671234567",
    "٠٦٧١٢٣٤٥٦٧",
    "тел. 067 123 45 67",
    "моб: +38 067 123 45 67",
    "+38 (067) 123-45-67 (Іван)",
    "+380671234567 Ivan",
    "0671234567 Ivan (office)",
    "Ivan, 067 123 45 67",
    "671234567",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_one_number_is_the_same_number(spelling: str) -> None:
    assert normalize(spelling, "UA") == NUMBER


def test_a_number_may_come_as_an_integer() -> None:
    assert normalize(380671234567, "UA") == NUMBER


@pytest.mark.parametrize("country", ["UA", "PL", "RU", "KZ", "US", "GB", "ZZ", ""])
def test_international_digits_do_not_need_the_country(country: str) -> None:
    assert normalize("380671234567", country) == NUMBER
    assert normalize(NUMBER, country) == NUMBER


@pytest.mark.parametrize(
    ("spelling", "country", "number"),
    [
        ("221234567", "PL", "+48221234567"),
        ("22 123 45 67", "PL", "+48221234567"),
        ("48221234567", "PL", "+48221234567"),
        ("8 (701) 234-56-78", "KZ", "+77012345678"),
        ("87012345678", "KZ", "+77012345678"),
        ("77012345678", "KZ", "+77012345678"),
        ("(212) 555-2368", "US", "+12125552368"),
        ("011 380 67 123 4567", "US", NUMBER),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "UA", "+442079460018"),
    ],
)
def test_national_spellings_are_those_of_the_projects_country(spelling: str, country: str, number: str) -> None:
    assert normalize(spelling, country) == number


@pytest.mark.parametrize(
    "text", [None, "", " ", "101", "acme_ivanov", "anonymous", "Unknown", "-1", "0", "+", "112", "ext. 12", "null"]
)
def test_what_is_no_outside_number_is_none(text: str | None) -> None:
    assert normalize(text, "UA") is None


def test_two_clients_are_never_one() -> None:
    assert normalize("0671234567", "UA") != normalize("0671234568", "UA")
    assert normalize("0671234567", "UA") != normalize("0501234567", "UA")


@given(st.text(), st.sampled_from(["UA", "PL", "RU", "US", "", "??"]))
def test_any_text_is_a_number_or_none(text: str, country: str) -> None:
    number = normalize(text, country)
    assert number is None or (number.startswith("+") and number[1:].isascii() and number[1:].isdigit())


@given(st.integers() | st.text(alphabet="0123456789+-() ;xext.", max_size=30), st.sampled_from(["UA", "PL", "US"]))
def test_normalizing_twice_changes_nothing(raw: str | int, country: str) -> None:
    number = normalize(raw, country)
    assert number is None or normalize(number, country) == number


@given(
    st.sampled_from(["UA", "PL", "KZ", "DE", "US", "GB"]),
    st.sampled_from(list(phonenumbers.PhoneNumberFormat.__dict__)),
    st.sampled_from(["", " ", " ext. 7", ";ext=7"]),
)
def test_every_standard_format_of_a_number_gives_it_back(country: str, form: str, tail: str) -> None:
    style = getattr(phonenumbers.PhoneNumberFormat, form)
    if not isinstance(style, int):
        return
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert normalize(phonenumbers.format_number(example, style) + tail, country) == e164


@given(st.text())
def test_any_text_can_be_displayed_counted_and_judged(text: str) -> None:
    assert isinstance(display(text), str)
    assert digits_of(text).isdigit() or digits_of(text) == ""
    assert isinstance(looks_like_subscriber(text), bool)


def test_a_number_is_displayed_as_people_write_it() -> None:
    assert display(NUMBER) == "+380 67 123 4567"
    assert display("acme_ivanov") == "acme_ivanov"


@pytest.mark.parametrize(("text", "outside"), [("380671234567", True), ("101", False), ("acme_380671234567", False)])
def test_an_outside_number_has_enough_digits_and_no_letters(text: str, outside: bool) -> None:
    assert looks_like_subscriber(text) is outside
