"""Which numbers a click may call."""

import pytest

from switchhook.dialing.numbers import dialable
from switchhook.dialing.refusals import DialRefused


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("067 123-45-67", "UA", "+380671234567"),
        ("+48 601 234 567", "UA", "+48601234567"),
        ("601 234 567", "PL", "+48601234567"),
        ("00380671234567", "PL", "+380671234567"),
    ],
)
def test_a_number_in_any_spelling_is_called_as_e164(typed: str, country: str, number: str) -> None:
    assert dialable(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("", "UA", "unreadable"),
        ("Anna", "UA", "unreadable"),
        ("112", "UA", "emergency"),
        ("103", "UA", "emergency"),
        ("997", "PL", "emergency"),
        ("101", "PL", "short"),
        ("0 900 30 00 30", "UA", "premium"),
        ("+48 70 123 45 67", "UA", "premium"),
    ],
)
def test_what_is_no_client_is_refused_with_a_reason_and_a_remedy(typed: str, country: str, code: str) -> None:
    with pytest.raises(DialRefused) as refused:
        dialable(typed, country)
    assert refused.value.code == code
    assert refused.value.sentence
    assert "%(" not in refused.value.sentence
    assert refused.value.remedy
