"""Which numbers a click may call."""

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from switchhook.core.phone import SHORTEST_SUBSCRIBER, digits_of, normalize
from switchhook.dialing.refusals import DialRefused

_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOICEMAIL})


def dialable(raw: str, country: str) -> str:
    """The number as E.164. `country` (ISO 3166 alpha-2) reads national spellings.

    Raises DialRefused with `unreadable`, `emergency`, `short` or `premium`. Emergency calls are refused because the
    exchange would show them another address than the caller's own.
    """
    text, digits = raw.strip(), digits_of(raw)
    if digits and len(digits) <= SHORTEST_SUBSCRIBER and shortnumberinfo.is_emergency_number(digits, country):
        raise DialRefused("emergency", number=text[:40])
    number = normalize(text, country)
    if number is None:
        raise DialRefused("short" if digits and len(digits) < SHORTEST_SUBSCRIBER else "unreadable", number=text[:40])
    if phonenumbers.number_type(phonenumbers.parse(number, None)) in _COSTLY:
        raise DialRefused("premium", number=number)
    return number
