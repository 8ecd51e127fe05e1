"""The ways in which people type one number: Zoho compares it letter by letter."""

from collections.abc import Iterator

import phonenumbers

MOST = 50
"""The most values that a query takes for one field."""

_GROUPS = {
    10: ((3, 3, 4), (3, 3, 2, 2)),
    9: ((3, 3, 3), (2, 3, 2, 2)),
    8: ((4, 4), (2, 2, 2, 2)),
    7: ((3, 4), (3, 2, 2)),
}


def spellings(e164: str) -> tuple[str, ...]:
    """Usual spellings of an E.164 number, the commonest first, at most `MOST`.

    International, without the plus and national; with spaces, hyphens and brackets.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return (e164,)
    digits = e164.removeprefix("+")
    formats = phonenumbers.PhoneNumberFormat
    national = phonenumbers.format_number(number, formats.NATIONAL)
    international = phonenumbers.format_number(number, formats.INTERNATIONAL)
    trunk = "".join(filter(str.isdigit, national))
    found = [e164, digits, trunk, f"00{digits}", international, national, international.replace(" ", "-")]
    found += _grouped(digits, trunk, str(number.country_code))
    return tuple(dict.fromkeys(found))[:MOST]


def _grouped(digits: str, trunk: str, country: str) -> Iterator[str]:
    """Where the country code ends in the trunk digit (38|067…), people write the national form after the rest of it."""
    shared = digits.endswith(trunk)
    rest = trunk if shared else digits.removeprefix(country)
    prefix = digits.removesuffix(rest)
    alone = trunk if shared else ""
    for groups in _GROUPS.get(len(rest), ()):
        for separator in ("-", " "):
            parts = list(_cut(rest, groups))
            plain, bracketed = separator.join(parts), f"({parts[0]}) {separator.join(parts[1:])}"
            yield from (f"+{prefix}{separator}{plain}", f"+{prefix} {bracketed}")
            yield from (f"+{prefix}{bracketed.replace(') ', ')')}", f"{prefix} {bracketed}")
            if alone:
                yield from (plain, bracketed, bracketed.replace(") ", ")"))
    yield from (f"+{prefix}({rest[:3]}){rest[3:]}", f"+{prefix} {rest}", f"+{prefix}-{rest}")
    if alone:
        yield f"({rest[:3]}){rest[3:]}"


def _cut(text: str, groups: tuple[int, ...]) -> Iterator[str]:
    at = 0
    for length in groups:
        yield text[at : at + length]
        at += length
