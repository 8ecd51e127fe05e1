"""A CRM that fails on demand, in front of the built-in one."""

from collections.abc import Callable, Mapping
from typing import Any

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import OutcomeUnknown, SwitchhookError
from switchhook.core.records import Draft, Kind, Record, Ref


class FaultyCrm:
    """Passes everything on, except where `faults` holds an error for the kind; each fault happens once.

    A fault of OutcomeUnknown happens *after* the record was made: the answer is lost.
    """

    def __init__(self, real: CrmConnector) -> None:
        self._real = real
        self.faults: dict[Kind, SwitchhookError] = {}
        self.created: list[Kind] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create(self, draft: Draft, *, mark: str) -> Record:
        fault = self.faults.pop(draft.kind, None)
        if fault and not isinstance(fault, OutcomeUnknown):
            raise fault
        record = self._real.create(draft, mark=mark)
        self.created.append(draft.kind)
        if fault:
            raise fault
        return record

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        fault = self.faults.pop(ref.kind, None)
        if fault:
            raise fault
        return self._real.update(ref, values)


Opener = Callable[[Any], FaultyCrm]
