"""The suite for the feed of changes."""

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected
from switchhook.core.records import Kind

from .drafts import FED, OTHER_PHONE, SALES, Backdoor, Promises, follow, follow_all, make, need


class FeedPromises(Promises):
    """The feed tells of everything once, then of every change; nothing is lost between two readings."""

    @pytest.mark.parametrize("kind", FED)
    def test_the_feed_tells_of_a_record_made_after_its_cursor(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        make(connector, Kind.CONTACT, phones=[OTHER_PHONE])
        _, cursor = follow(connector, backdoor, "")
        made = make(connector, kind)
        told, _ = follow(connector, backdoor, cursor)
        assert made.ref in {record.ref for record in told}

    def test_the_feed_from_the_beginning_tells_of_every_record_once(
        self, connector: CrmConnector, backdoor: Backdoor
    ) -> None:
        made = {make(connector, Kind.CONTACT, name=f"Client {number}").ref for number in range(self.many)}
        told, _ = follow(connector, backdoor, "")
        assert sorted(r.ref for r in told if r.ref in made) == sorted(made)

    def test_the_feed_tells_of_a_change_as_it_now_stands(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        _, cursor = follow(connector, backdoor, "")
        backdoor.let_time_pass(1)
        connector.update(made.ref, {"name": "Renamed"})
        told, _ = follow(connector, backdoor, cursor)
        assert [record.title for record in told if record.ref == made.ref][-1:] == ["Renamed"]

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_the_feed_tells_that_a_sale_was_closed(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        made = make(connector, kind)
        _, cursor = follow(connector, backdoor, "")
        backdoor.let_time_pass(1)
        backdoor.close(made.ref)
        told, gone, _ = follow_all(connector, backdoor, cursor)
        assert made.ref in gone or [r.is_open for r in told if r.ref == made.ref][-1:] == [False]

    def test_a_cursor_can_be_used_again(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        """The hub that dies before it has stored a page asks for the page again."""
        _, cursor = follow(connector, backdoor, "")
        made = make(connector, Kind.CONTACT)
        for _ in range(2):
            told, _later = follow(connector, backdoor, cursor)
            assert made.ref in {record.ref for record in told}

    def test_a_number_that_is_none_does_not_stop_the_feed(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        try:
            typed = backdoor.add_contact("No number", "ask the secretary")
        except Rejected:
            pytest.skip("this CRM takes only numbers for a number")
        told, _ = follow(connector, backdoor, "")
        assert [record.phones for record in told if record.ref == typed] == [()]

    @pytest.mark.parametrize("kind", FED)
    def test_the_feed_tells_what_is_gone_where_it_is_declared(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        need(connector, kind in connector.capabilities.tells_gone, f"a deleted {kind} is not told")
        made = make(connector, kind)
        _, cursor = follow(connector, backdoor, "")
        backdoor.let_time_pass(1)
        backdoor.delete(made.ref)
        told, gone, _ = follow_all(connector, backdoor, cursor)
        assert made.ref in gone
        assert made.ref not in {record.ref for record in told}
