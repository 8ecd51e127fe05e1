"""A CRM beyond the network: the built-in one behind requests that are counted, refused, lost and governed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.hub import Hub

from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import SharedGovernor, Urgency
from switchhook.connections.models import Connection
from switchhook.connectors import registry
from switchhook.connectors.allowances import Costs, Governor, Ungoverned
from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import OutcomeUnknown, SwitchhookError
from switchhook.core.records import Capabilities, Draft, Record, Ref
from switchhook.delivery import handling, looks, outages
from switchhook.delivery.lanes import sweep
from switchhook.delivery.models import Lane
from switchhook.delivery.tasks import drain_lane

SLUG = "far"
Fault = Callable[[str, str], SwitchhookError | None]
"""Looks at a request (method, the number or kind it is about) and gives the error it ends with, or None."""


class RemoteCrm:
    """Passes requests on to the built-in CRM and counts them. An OutcomeUnknown happens after the record was made."""

    def __init__(self, real: CrmConnector) -> None:
        self._real = real
        self.requests: Counter[str] = Counter()
        self.log: list[tuple[str, str]] = []
        self.sent_at: list[datetime] = []
        self.fault: Fault = lambda _method, _about: None
        self.remarks: tuple[Any, ...] = ()
        self.changed: dict[str, Any] = {}
        self.governed: Costs = {}
        self.urgencies: list[Urgency] = []
        self._governor: Governor = Ungoverned()

    def opened(self, connection: Connection, *, urgency: Urgency = Urgency.DELIVERY) -> "RemoteCrm":
        """As `open_crm`."""
        self.urgencies.append(urgency)
        self._governor = SharedGovernor(connection.pk, urgency) if self.governed else Ungoverned()
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @property
    def capabilities(self) -> Capabilities:
        """The built-in CRM's, without those of a local one."""
        return replace(self._real.capabilities, longest_request=45.0, **self.changed)

    def _asked(self, method: str, about: str) -> SwitchhookError | None:
        self.requests[method] += 1
        self.log.append((method, about))
        self.sent_at.append(timezone.now())
        fault = self.fault(method, about)
        if fault is not None and not isinstance(fault, OutcomeUnknown):
            raise fault
        return fault

    def _leave(self) -> AbstractContextManager[None]:
        return self._governor.admit(self.governed)

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """One request."""
        with self._leave():
            self._asked("find", phone)
            return self._real.find_by_phone(phone)

    def get(self, ref: Ref) -> Record:
        """One request."""
        with self._leave():
            self._asked("get", ref.kind)
            return self._real.get(ref)

    def create(self, draft: Draft, *, mark: str) -> Record:
        """One request."""
        with self._leave():
            fault = self._asked("create", draft.kind)
            record = self._real.create(draft, mark=mark)
            if fault:
                raise fault
            return replace(record, remarks=self.remarks)

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """One request."""
        with self._leave():
            self._asked("update", ref.kind)
            return self._real.update(ref, values)

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """One request."""
        with self._leave():
            self._asked("find_made", f"{draft.kind} {[ref.kind.value for ref in draft.links]}")
            return self._real.find_made(draft, mark, since=since)

    def out(self, error: SwitchhookError) -> None:
        """From now on every request fails."""
        self.fault = lambda _method, _about: error

    def back(self) -> None:
        """Nothing fails any more."""
        self.fault = lambda _method, _about: None


class Days:
    """A clock that a test sets, and the hub's work as it would go on by it."""

    def __init__(self, hub: Hub) -> None:
        self.now = datetime(2026, 11, 20, 10, 0, tzinfo=timezone.get_fixed_timezone(0))
        self._hub = hub

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Let time pass, and everything that was due then be done."""
        self.now += timedelta(**by)
        self.work()

    def work(self, rounds: int = 400) -> int:
        """Run what is due until nothing is; how many runs of lanes that took."""
        runs = 0
        for _ in range(rounds):
            looks.wake_due()
            outages.look_after()
            due = Lane.objects.filter(connection=self._hub.crm, scheduled=True).exclude(wake_at__gt=self.now)
            lanes = list(due.order_by("pk").values_list("pk", flat=True))
            if not lanes and not sweep():
                return runs
            for lane in lanes:
                drain_lane.func(lane)
            runs += len(lanes)
        raise AssertionError("the lanes do not come to rest")


def make_remote(hub: Hub, patch: pytest.MonkeyPatch) -> RemoteCrm:
    """Put the hub's CRM beyond the network."""
    patch.setitem(registry.manifests(), SLUG, replace(registry.manifest("builtin"), slug=SLUG, local=False))
    remote = RemoteCrm(open_crm(hub.crm))
    Connection.objects.filter(pk=hub.crm.pk).update(connector=SLUG)
    hub.crm.refresh_from_db()
    patch.setattr(handling, "open_crm", remote.opened)
    return remote
