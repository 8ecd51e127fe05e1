"""The faults of the CRM contract, played by a twin."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from switchhook.core.records import Kind

Rule = dict[str, Any]
Place = tuple[str, str]
"""Method and path of a request, both as patterns (`*` is any)."""


def limited_by_header(seconds: int) -> Rule:
    """Status 429 with `Retry-After`: how most vendors say that it was too much."""
    return {"status": 429, "headers": {"Retry-After": str(seconds)}, "body": {"message": "Too many requests"}}


class TwinFaults:
    """`switchhook.connectors.testing.crm.Faults` at the twin that serves `url`.

    `path` is a pattern for the requests that go to the account (all but a token endpoint); `reads` what a `get` asks,
    `creates` what makes a record of a kind, where that is not every GET and every POST. `limited` gives status,
    headers and body of a refusal for the limit; `unauthorized` and `refused` those of refused credentials and of a
    wrong request, the latter with the sentence given.
    """

    def __init__(
        self,
        url: str,
        *,
        path: str = "*",
        reads: Place | None = None,
        creates: Mapping[Kind, Place] | None = None,
        limited: Callable[[int], Rule] = limited_by_header,
        unauthorized: Rule | None = None,
        refused: Callable[[str], Rule] | None = None,
    ) -> None:
        self._address = f"{url}/__twin__/faults"
        self._path = path
        self._reads = reads or ("GET", path)
        self._creates = dict(creates or {})
        self._limited = limited
        self._unauthorized = unauthorized or {"status": 401, "body": {"message": "Unauthorized"}}
        self._refused = refused or (lambda sentence: {"status": 400, "body": {"message": sentence}})

    def limit(self, seconds: int) -> None:
        """The next request is refused for the limit."""
        self._play(("*", self._path), {"action": "status", **self._limited(seconds)})

    def fail_read(self) -> None:
        """The next read is answered with status 500."""
        self._play(self._reads, {"action": "status", "status": 500, "body": "Internal Server Error"})

    def fail_create(self, kind: Kind) -> None:
        """The next create of the kind is answered with status 500."""
        self._play(self._place(kind), {"action": "status", "status": 500, "body": "Internal Server Error"})

    def lose_answer(self, kind: Kind) -> None:
        """The next create of the kind is carried out, and its connection cut."""
        self._play(self._place(kind), {"action": "drop_after_commit"})

    def refuse_credentials(self) -> None:
        """Every request is refused from now on."""
        self._play(("*", self._path), {"action": "status", "times": None, **self._unauthorized})

    def refuse_saying(self, sentence: str) -> None:
        """The next request is answered with status 400 and the sentence."""
        self._play(("*", self._path), {"action": "status", **self._refused(sentence)})

    def _place(self, kind: Kind) -> Place:
        return self._creates.get(kind, ("POST", self._path))

    def _play(self, place: Place, rule: Rule) -> None:
        method, path = place
        httpx2.post(self._address, json={"method": method, "path": path, **rule}).raise_for_status()
