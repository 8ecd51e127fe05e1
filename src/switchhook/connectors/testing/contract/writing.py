"""Suites for changes, and for writing at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Draft, Kind

from .drafts import SALES, Backdoor, Promises, make, need, settled, title_name


class UpdatePromises(Promises):
    """A change changes what it names and nothing else, however often it is sent."""

    @pytest.mark.parametrize("kind", list(Kind))
    def test_an_update_changes_only_what_it_names(self, connector: CrmConnector, kind: Kind) -> None:
        can = connector.capabilities
        need(connector, kind in can.updatable, f"{kind} cannot be changed")
        made = connector.get(make(connector, kind).ref)
        name, new = ("recording_url", "https://hub.example/r/1") if kind is Kind.CALL else (title_name(kind), "Renamed")
        connector.update(made.ref, {name: new})
        read = connector.get(made.ref)
        assert read.values.get(name, read.title) == new
        assert settled(read, name) == settled(made, name)

    def test_an_update_done_twice_is_an_update_done_once(self, connector: CrmConnector) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        values = {"name": "Renamed", "owner": connector.users()[1].id}
        once = connector.update(made.ref, values)
        twice = connector.update(made.ref, values)
        assert (once.title, once.owner, once.phones) == (twice.title, twice.owner, twice.phones) != ("", None, ())

    def test_an_update_gives_the_record_as_it_now_stands(self, connector: CrmConnector) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        changed = connector.update(made.ref, {"name": "Renamed"})
        read = connector.get(made.ref)
        assert (changed.ref, changed.title, changed.phones) == (made.ref, "Renamed", read.phones)

    def test_an_update_of_a_deleted_record_finds_its_target_gone(
        self, connector: CrmConnector, backdoor: Backdoor
    ) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        backdoor.delete(made.ref)
        with pytest.raises(TargetGone):
            connector.update(made.ref, {"name": "Too late"})

    def test_an_update_to_an_owner_whom_nobody_knows_is_rejected(self, connector: CrmConnector) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        with pytest.raises(Rejected):
            connector.update(made.ref, {"owner": "999999999"})

    def test_an_open_task_can_be_finished(self, connector: CrmConnector) -> None:
        need(connector, Kind.TASK in connector.capabilities.updatable, "tasks cannot be changed")
        made = make(connector, Kind.TASK)
        assert connector.get(made.ref).is_open
        connector.update(made.ref, {"done": True})
        assert not connector.get(made.ref).is_open

    @pytest.mark.parametrize("kind", [Kind.TASK, Kind.COMMENT])
    def test_a_new_text_is_read_as_it_was_written(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.updatable, f"{kind} cannot be changed")
        made = make(connector, kind, mark="swh-mark-1", text="Before")
        connector.update(made.ref, {"text": 'Після <b>1</b> & "2"\nnew line 📞'})
        assert connector.get(made.ref).values["text"] == 'Після <b>1</b> & "2"\nnew line 📞'

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_closed_sale_is_not_open(self, connector: CrmConnector, backdoor: Backdoor, kind: Kind) -> None:
        made = make(connector, kind)
        backdoor.close(made.ref)
        assert not connector.get(made.ref).is_open


class ThreadPromises(Promises):
    """Several threads may use one connector at once."""

    def test_creates_from_several_threads_all_arrive_each_as_it_was_meant(self, connector: CrmConnector) -> None:
        need(connector, self.at_once > 1, "its tests run in one thread")
        phones = [f"+38067123450{number}" for number in range(self.at_once)]
        drafts = [Draft(kind=Kind.CONTACT, values={"name": f"Client {p}", "phones": [p]}) for p in phones]
        with ThreadPoolExecutor(self.at_once) as threads:
            made = list(threads.map(lambda draft: connector.create(draft, mark=""), drafts))
            read = list(threads.map(lambda record: connector.get(record.ref), made))
        assert len({record.id for record in made}) == self.at_once
        assert [(record.title, record.phones) for record in read] == [(f"Client {p}", (p,)) for p in phones]
