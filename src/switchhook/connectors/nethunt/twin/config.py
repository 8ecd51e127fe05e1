"""The workspace that the twin plays: its key, its members, its folders, and how it behaves where nobody knows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from .schema import FolderSchema, english

SWITCHES = {
    "search_match": ("whole", "part"),
    "no_match": ("empty", "404"),
    "feed_order": ("newest", "oldest", "shuffled"),
    "create_answer": ("whole", "name"),
    "update_answer": ("whole", "changed"),
    "unknown_field": ("reject", "ignore"),
    "unknown_searched": ("nothing", "reject"),
    "unknown_option": ("reject", "keep"),
    "unknown_person": ("reject", "keep"),
    "single_for_several": ("accept", "reject"),
    "dangling_link": ("reject", "keep"),
}
"""What the vendor does not publish, with the behaviours between which the twin can be switched, the usual one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinConfig:
    """See `SWITCHES` for the names that are not explained here.

    index_delay      seconds until the search shows what was written; feeds and reads by id show it at once
    near_hits        whether the search gives records that only resemble what was asked for
    alternatives     whether the search understands `field:(a OR b)`
    needs_field_name whether updated-record insists on being told which fields to watch
    feed_cap         the most items that a feed gives, whatever `limit` asks
    per_second       requests answered in any second, 0 without limit; at_once those under way together
    monthly_calls    requests answered in 30 days, 0 without limit
    """

    email: str = "acme_olena@example.com"
    api_key: str = "4f1d2c3b-aaaa-4bbb-8ccc-0123456789ab"
    workspace_id: str = "65f000000000000000000001"
    members: tuple[tuple[str, str], ...] = (
        ("Olena Kovalenko", "acme_olena@example.com"),
        ("Piotr Nowak", "acme_piotr@example.com"),
    )
    folders: tuple[FolderSchema, ...] = field(default_factory=english)
    index_delay: float = 0.0
    near_hits: bool = True
    alternatives: bool = True
    needs_field_name: bool = False
    feed_cap: int = 10_000
    per_second: int = 0
    at_once: int = 0
    monthly_calls: int = 0
    search_match: str = "whole"
    no_match: str = "empty"
    feed_order: str = "newest"
    create_answer: str = "whole"
    update_answer: str = "whole"
    unknown_field: str = "reject"
    unknown_searched: str = "nothing"
    unknown_option: str = "reject"
    unknown_person: str = "reject"
    single_for_several: str = "accept"
    dangling_link: str = "reject"

    def __post_init__(self) -> None:
        for name, known in SWITCHES.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is one of {', '.join(known)}")

    def folder(self, key: str) -> FolderSchema:
        """The folder called `key` by the twin ("contacts"), or with that id. Raises KeyError."""
        found = next((folder for folder in self.folders if key in {folder.key, folder.id}), None)
        if found is None:
            raise KeyError(key)
        return found

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """This configuration with other values, as JSON gives them. Raises ValueError, TypeError or KeyError."""
        unknown = set(changes) - {one.name for one in fields(self)}
        if unknown:
            raise ValueError(f"unknown names: {', '.join(sorted(unknown))}")
        given = dict(changes)
        if "members" in given:
            given["members"] = tuple((str(name), str(email)) for name, email in given["members"])
        if "folders" in given:
            given["folders"] = tuple(FolderSchema.from_json(one) for one in given["folders"])
        return replace(self, **given)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, readable by `changed`."""
        return asdict(self)
