"""Suites for finding: by number, and what a lost request has made."""

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.records import Kind

from .drafts import (
    ALIKE_PHONE,
    LONG_AGO,
    OTHER_PHONE,
    PHONE,
    SALES,
    Backdoor,
    Promises,
    make,
    need,
    twins_of,
)

SPELLINGS = (PHONE, "+38-067-123-4567", "380671234567", "+38 (067) 123 45 67", "0671234567")


class FindingPromises(Promises):
    """A client is found by his number however it was typed, and nobody else is."""

    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_a_contact_is_found_however_its_number_was_typed(
        self, connector: CrmConnector, backdoor: Backdoor, spelling: str
    ) -> None:
        typed = backdoor.add_contact("Typed by hand", spelling)
        assert typed in {record.ref for record in connector.find_by_phone(PHONE)}

    def test_a_contact_of_ours_is_found_with_its_number_in_e164(
        self, connector: CrmConnector, backdoor: Backdoor
    ) -> None:
        made = make(connector, Kind.CONTACT)
        backdoor.let_time_pass(connector.capabilities.settle)
        found = {record.ref: record for record in connector.find_by_phone(PHONE)}
        assert PHONE in found[made.ref].phones

    def test_every_number_of_a_contact_finds_it(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        made = make(connector, Kind.CONTACT, phones=[PHONE, OTHER_PHONE])
        backdoor.let_time_pass(connector.capabilities.settle)
        for phone in (PHONE, OTHER_PHONE):
            assert made.ref in {record.ref for record in connector.find_by_phone(phone)}

    def test_every_contact_with_the_number_is_given(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        typed = {backdoor.add_contact("First", PHONE), backdoor.add_contact("Second", "380671234567")}
        assert typed <= {record.ref for record in connector.find_by_phone(PHONE)}

    def test_a_number_nobody_has_finds_nothing(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        backdoor.add_contact("Somebody else", PHONE)
        assert list(connector.find_by_phone(OTHER_PHONE)) == []

    def test_a_number_that_only_looks_alike_finds_nobody(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        abroad = backdoor.add_contact("The same digits in another country", ALIKE_PHONE)
        assert [record for record in connector.find_by_phone(PHONE) if record.ref == abroad] == []
        assert abroad in {record.ref for record in connector.find_by_phone(ALIKE_PHONE)}

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_sale_is_found_by_its_clients_number_open_or_closed(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        made = make(connector, kind)
        backdoor.let_time_pass(connector.capabilities.settle)
        assert [r.is_open for r in connector.find_by_phone(PHONE) if r.ref == made.ref] == [True]
        backdoor.close(made.ref)
        backdoor.let_time_pass(connector.capabilities.settle)
        told = [r.is_open for r in connector.find_by_phone(PHONE) if r.ref == made.ref]
        assert told == [False] or (kind is Kind.LEAD and not told)


class TracingPromises(Promises):
    """A record is known again by what a lost request left in it."""

    @pytest.mark.parametrize("kind", list(Kind))
    def test_what_a_lost_request_made_is_found_once_the_crm_has_settled(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        need(connector, kind in connector.capabilities.traceable, f"a lost {kind} cannot be found")
        lost, other = twins_of(connector, kind)
        made = connector.create(lost, mark="swh-mark-1")
        connector.create(other, mark="swh-mark-2")
        backdoor.let_time_pass(connector.capabilities.settle)
        found = connector.find_made(lost, "swh-mark-1", since=LONG_AGO)
        assert found is not None
        assert found.ref == made.ref

    @pytest.mark.parametrize("kind", list(Kind))
    def test_what_was_never_made_is_not_found(self, connector: CrmConnector, backdoor: Backdoor, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.traceable, f"a lost {kind} cannot be found")
        lost, other = twins_of(connector, kind)
        connector.create(other, mark="swh-mark-1")
        backdoor.let_time_pass(connector.capabilities.settle)
        for never in ("swh-mark-10", "swh-mark"):
            assert connector.find_made(lost, never, since=LONG_AGO) is None

    @pytest.mark.parametrize("kind", list(Kind))
    def test_a_mark_is_not_seen_in_the_canonical_values(self, connector: CrmConnector, kind: Kind) -> None:
        read = connector.get(make(connector, kind, mark="swh-mark-1").ref)
        assert "swh-mark-1" not in read.title
        assert "swh-mark-1" not in str(read.values.get("text", ""))
