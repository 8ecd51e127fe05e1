"""Telephone numbers: every spelling of one number becomes the same E.164 text.

Records in CRMs hold numbers as people typed them. Comparing text makes duplicates; comparing E.164 does not.
"""

import re
from collections.abc import Iterable

import phonenumbers

SHORTEST_SUBSCRIBER = 9
"""Fewer digits than this is an extension or a service code, never an outside client."""

_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"[+＋]?[\d\s().\-–/]+")


def normalize(raw: str | int | None, country: str) -> str | None:
    """The number as E.164 (`+380671234567`), or None where `raw` holds no dialable number.

    `country` is the ISO 3166 alpha-2 code whose national spelling (`0671234567`) is assumed when `raw` carries no
    country code. International digits without the plus (`380671234567`) and with the `00` prefix are understood.
    An extension (`;ext=`, `доб. 12`, `x12`) is dropped: it names a desk, not a line. Of words beside the number
    (`067 123 45 67 Ivan`) nothing is taken. Idempotent.
    """
    text = "" if raw is None else str(raw).strip()
    return _read(text, country) or _read(max(_RUN.findall(text), key=len, default=""), country)


def _read(text: str, country: str) -> str | None:
    digits = "".join(_DIGITS.findall(text))
    if not digits:
        return None
    if text.startswith("+"):
        return _valid(text, None)
    if digits.startswith("00"):
        return _valid("+" + text.lstrip("( ").lstrip("0").lstrip(") "), None) or _valid("+" + digits[2:], None)
    return _valid(text, country) or _valid("+" + text, None) or _valid("+" + digits, None)


def _valid(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or not _plausible(number):
        return None
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plausible(number: phonenumbers.PhoneNumber) -> bool:
    # Number ranges are opened faster than metadata is released, so a number of a possible length in a real country
    # is taken even where no carrier is known for it; short codes are not.
    return (
        phonenumbers.is_valid_number(number)
        or len(str(number.country_code)) + len(str(number.national_number)) >= SHORTEST_SUBSCRIBER + 1
    )


def local_ones(texts: Iterable[object], country: str) -> tuple[str, ...]:
    """Those of `texts` that are numbers written without their country code, which other programs may not find."""
    return tuple(text for text in texts if isinstance(text, str) and _is_local(text, country))


def _is_local(text: str, country: str) -> bool:
    number = normalize(text, country)
    return number is not None and not digits_of(text).removeprefix("00").startswith(digits_of(number))


def digits_of(text: str) -> str:
    """Only the digits of `text`, in order."""
    return "".join(_DIGITS.findall(text))


def looks_like_subscriber(text: str) -> bool:
    """Whether `text` has enough digits, and no letters, to be an outside telephone number."""
    return not re.search(r"[^\W\d_]", text) and len(digits_of(text)) >= SHORTEST_SUBSCRIBER


def display(e164: str) -> str:
    """The number as people write it: `+380 67 123 4567`. Text that is not E.164 comes back unchanged."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
