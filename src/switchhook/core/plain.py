"""Frozen dataclasses to plain data (what JSON and TOML hold) and back, for what is stored, shown or written by hand."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from switchhook.core.errors import Misconfigured

T = TypeVar("T")


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Several = Annotated[tuple[T, ...], BeforeValidator(_listed)]
"""A tuple for which a person may write a single value instead of a list of one."""


def encode(value: Any, *, terse: bool = False) -> dict[str, Any]:
    """The dataclass `value` as plain data; `terse` leaves out what has its default."""
    kind: Any = type(value)
    data: dict[str, Any] = _adapter(kind).dump_python(value, mode="json", exclude_defaults=terse)
    return data


def decode(kind: type[T], data: Mapping[str, Any], *, known: Collection[str] = ()) -> T:
    """The `kind` that `data` describes. Raises Misconfigured with the place of the first fault and its remedy.

    `known` are the keys to which a misspelt one is compared.
    """
    try:
        wanted: Any = kind
        result: T = _adapter(wanted).validate_python(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = _place(fault["loc"])
        raise Misconfigured(f"{place}: {_sentence(fault, known)}", field=place) from None
    return result


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _place(path: tuple[int | str, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")


def _sentence(fault: Mapping[str, Any], known: Collection[str]) -> str:
    if fault["type"] == "unexpected_keyword_argument":
        near = get_close_matches(str(fault["loc"][-1]), known, n=1)
        remedy = f"Did you mean “{near[0]}”?" if near else "Remove it."
        return f"this key is unknown. {remedy}"
    if fault["type"] in {"missing", "missing_argument"}:
        return "this key is missing. Add it."
    return f"{fault['msg']}, not {fault['input']!r}."
