"""What a parameter with an unknown name must be, judged by values that nothing else can look like."""

import re
from collections.abc import Iterable

from .dispositions import STATUSES, canonical_disposition

LONGEST_SHAPE = 500

_SHAPES = {
    "uniqueid": re.compile(r"[a-z]{2,4}\d{1,3}_-?\d{10}\.\d+"),
    "recording_wav": re.compile(r"https?://\S+/recordings/\S+\.(?:wav|ogg|mp3)(?:\?\S*)?"),
    "transcript_vtt": re.compile(r"https?://\S+\.vtt(?:\?\S*)?"),
    "calldate_timestamp_micros": re.compile(r"1[5-9]\d{14}|2\d{15}"),
}


def guess_names(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Their name → ours, for values of an unmistakable shape. Two different values of one meaning: neither is taken."""
    found: dict[str, dict[str, str]] = {}
    for name, value in values:
        meaning = _meaning(value)
        if meaning:
            found.setdefault(meaning, {})[name] = value
    return {name: meaning for meaning, named in found.items() if len(set(named.values())) == 1 for name in named}


def _meaning(value: str) -> str:
    if len(value) <= LONGEST_SHAPE:
        for name, shape in _SHAPES.items():
            if shape.fullmatch(value):
                return name
    return "disposition" if len(value) <= 40 and canonical_disposition(value) in STATUSES and value.isupper() else ""
