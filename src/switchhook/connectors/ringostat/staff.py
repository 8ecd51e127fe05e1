"""The employees of a project as its interface lists them."""

from collections.abc import Iterator, Mapping
from typing import Any

from switchhook.connectors.base import StaffMember
from switchhook.core.call import EmployeeRef

from .parties import address
from .values import flag


def staff_members(result: Any, country: str) -> tuple[StaffMember, ...]:
    """The members in the result of the staff call (an object keyed by staff id, or a list); nothing else is read."""
    pairs = result.items() if isinstance(result, Mapping) else enumerate(result if isinstance(result, list) else ())
    return tuple(_member(key, item, country) for key, item in pairs if isinstance(item, Mapping))


def _member(key: Any, item: Mapping[str, Any], country: str) -> StaffMember:
    directions = list(_directions(item.get("directions")))
    sides = [address(text, country) for text, _ in directions]
    sips = tuple(dict.fromkeys(side.sip for side in sides if side.sip))
    mobiles = tuple(dict.fromkeys(side.number for side in sides if side.number))
    phone = address(_text(item.get("phone")), country).number or ""
    ref = EmployeeRef(
        staff_id=_text(item.get("staffId")) or (key if isinstance(key, str) else _text(item.get("id"))),
        sip=next(iter(sips), ""),
        extension=_text(item.get("extensionNumber")),
        email=_email(item),
        name=_text(item.get("fio")) or _text(item.get("name")),
        number=next(iter(mobiles), phone),
    )
    flags = [found for value in (item, *(more for _, more in directions)) if (found := _online(value)) is not None]
    return StaffMember(
        ref=ref, sips=sips, mobiles=mobiles, departments=_departments(item), online=any(flags) if flags else None
    )


def _directions(groups: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each direction's text with the object it stood in, main ones first."""
    if isinstance(groups, Mapping):
        if isinstance(groups.get("direction"), (str, int)):
            yield _text(groups["direction"]), groups
            return
        for name in sorted(groups, key=lambda name: name != "main"):
            yield from _directions(groups[name])
    elif isinstance(groups, list):
        for item in groups:
            yield from _directions(item)
    elif isinstance(groups, (str, int)) and not isinstance(groups, bool):
        yield _text(groups), {}


def _online(item: Mapping[str, Any]) -> bool | None:
    # Where the interface puts the flag is not documented, so every likely place is looked at.
    for name in ("online", "isOnline", "is_online"):
        if name in item:
            return item[name] if isinstance(item[name], bool) else flag(_text(item[name]))
    status = _text(item.get("status")).lower()
    return status == "online" if status in {"online", "offline"} else None


def _email(item: Mapping[str, Any]) -> str:
    emails = item.get("email") or item.get("emails") or ""
    return _text(next(iter(emails), "")) if isinstance(emails, list) else _text(emails)


def _departments(item: Mapping[str, Any]) -> tuple[str, ...]:
    listed = item.get("departments")
    values = list(listed.values()) if isinstance(listed, Mapping) else listed if isinstance(listed, list) else []
    names = (value.get("name") if isinstance(value, Mapping) else value for value in values)
    return tuple(name for name in names if isinstance(name, str) and name and not name.isdecimal())


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
