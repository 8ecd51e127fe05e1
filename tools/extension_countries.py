"""Write extension/countries.js: how numbers are dialled in each country, from the metadata of `phonenumbers`.

python tools/extension_countries.py

One line per country: its calling code, the trunk prefix of national numbers, and how long they are without it.
"""

# ruff: noqa: INP001

import json
from pathlib import Path

import phonenumbers

TARGET = Path(__file__).resolve().parent.parent / "extension" / "countries.js"
HEAD = """// Made by tools/extension_countries.py: [calling code, trunk prefix, lengths of a number without either].
globalThis.switchhookCountries = {
"""
SHORTEST = 7


def line(country: str) -> str:
    """The entry of one country, by its ISO 3166 alpha-2 code."""
    about = phonenumbers.PhoneMetadata.metadata_for_region(country)
    assert about, country  # noqa: S101 - every supported region has metadata
    assert about.general_desc, country  # noqa: S101
    ordinary = [desc for desc in (about.fixed_line, about.mobile) if desc and desc.possible_length != (-1,)]
    possible = {length for desc in ordinary for length in desc.possible_length or about.general_desc.possible_length}
    lengths = sorted(length for length in possible if length >= SHORTEST)
    return f"  {country}: {json.dumps([str(about.country_code), about.national_prefix or '', lengths])},\n"


if __name__ == "__main__":
    TARGET.write_text(HEAD + "".join(map(line, sorted(phonenumbers.SUPPORTED_REGIONS))) + "};\n", encoding="utf-8")
