import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.core.redaction import MASK, is_secret_name, redact, redact_text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Auth-key: 0d8f4c21aa", "0d8f4c21aa"),
        ("GET /deals?api_token=0d8f4c21aa&limit=1", "0d8f4c21aa"),
        ('{"access_token": "0d8f4c21aa", "ok": true}', "0d8f4c21aa"),
        ("Authorization: Bearer 0d8f4c21aa.x-y", "0d8f4c21aa"),
        ("sent with Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
        ("https://user:0d8f4c21aa@crm.example.com/x", "0d8f4c21aa"),
        ("POST /in/17/0d8f4c21aa?event=after_call", "0d8f4c21aa"),
        ("/forward/17/0d8f4c21aa", "0d8f4c21aa"),
        ("https://files.example.com/a.wav?token=0d8f4c21aa", "0d8f4c21aa"),
        ("client_secret=0d8f4c21aa", "0d8f4c21aa"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in redact_text(text)
    assert MASK in redact_text(text)


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    assert redact_text("the word hunter22 in hunter22", secrets=["hunter22"]) == f"the word {MASK} in {MASK}"


def test_a_short_known_value_does_not_destroy_the_text() -> None:
    assert redact_text("call 1 of 11", secrets=["1", ""]) == "call 1 of 11"


@pytest.mark.parametrize(
    "text",
    [
        "The lead 17 is converted.",
        "Invalid params",
        "Refused with status 400: title: empty",
        "Basic authentication failed",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert redact_text(text) == text


def test_values_under_telling_names_are_masked_at_any_depth() -> None:
    masked = redact({"settings": [{"auth_key": "abc", "url": "https://x"}], "password": "", "n": 3})
    assert masked == {"settings": [{"auth_key": MASK, "url": "https://x"}], "password": "", "n": 3}


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "AccessToken", "client_secret", "Set-Cookie", "passwd"])
def test_secret_names_are_recognised(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["client_id", "scheme_name", "caller", "keyword"])
def test_other_names_are_not_secret(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("number", ["+380671234567", "380671234567", "+38 (067) 123-45-67"])
def test_phones_are_masked_on_request_only(number: str) -> None:
    assert redact_text(f"call from {number}.") == f"call from {number}."
    assert "12345" not in redact_text(f"call from {number} now", phones=True)
    assert MASK in redact_text(f"call from {number} now", phones=True)


def test_a_long_text_is_masked_quickly() -> None:
    started = time.perf_counter()
    redact_text("token" * 20_000, phones=True)
    redact_text("a-" * 50_000 + "@", phones=True)
    redact_text("basic " * 20_000, phones=True)
    redact_text("1 " * 50_000, phones=True)
    assert time.perf_counter() - started < 5


@given(secret=st.text(alphabet="abcdef0123456789", min_size=8, max_size=40), before=st.text(), after=st.text())
def test_no_known_secret_survives(secret: str, before: str, after: str) -> None:
    assert secret not in redact_text(before + secret + after, secrets=[secret])
