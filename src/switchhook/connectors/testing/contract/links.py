"""Suites for what ties records together."""

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import TargetGone
from switchhook.core.records import PARTIES, Draft, Kind, Ref

from .drafts import (
    ACTIVITIES,
    SALES,
    Backdoor,
    Promises,
    draft_of,
    linked,
    links_of,
    make,
    need,
    values_of,
)


class LinkPromises(Promises):
    """Links are kept, and a link that the CRM cannot hold is said in a remark."""

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_sale_keeps_its_contact_and_company(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        parties = [make(connector, party) for party in sorted(PARTIES & connector.capabilities.kinds)]
        values = {"title": "About both"}
        made = connector.create(Draft(kind=kind, values=values, links=tuple(p.ref for p in parties)), mark="")
        read = connector.get(made.ref)
        known = {Kind.CONTACT: read.contact_id, Kind.COMPANY: read.company_id}
        kept = {party.kind: known[party.kind] for party in parties}
        lost = {party.kind: party.id for party in parties if kept[party.kind] != party.id}
        assert not lost or made.remarks
        assert len(lost) < max(len(parties), 1)

    @pytest.mark.parametrize("kind", ACTIVITIES)
    def test_an_activity_is_kept_with_every_declared_link(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        for target in sorted(links_of(connector, kind)):
            about = make(connector, target)
            made = connector.create(Draft(kind=kind, values=values_of(kind), links=(about.ref,)), mark="")
            assert about.ref in linked(connector.get(made.ref))

    @pytest.mark.parametrize("kind", ACTIVITIES)
    def test_of_several_links_each_is_kept_or_remarked_on(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        about = [make(connector, target).ref for target in sorted(links_of(connector, kind))]
        made = connector.create(Draft(kind=kind, values=values_of(kind), links=tuple(about)), mark="")
        lost = set(about) - linked(connector.get(made.ref))
        assert len(made.remarks) >= bool(lost), lost
        assert all(str(remark) for remark in made.remarks)

    @pytest.mark.parametrize("kind", ACTIVITIES)
    def test_a_link_to_a_kind_that_was_not_declared_is_remarked_on(self, connector: CrmConnector, kind: Kind) -> None:
        can = connector.capabilities
        need(connector, kind in can.kinds, f"no {kind}")
        others = sorted((PARTIES | SALES) & can.kinds - links_of(connector, kind))
        need(connector, bool(others), f"a {kind} can be tied to everything")
        draft = draft_of(connector, kind)
        for target in others:
            links = (*draft.links, make(connector, target).ref)
            assert connector.create(Draft(kind=kind, values=draft.values, links=links), mark="").remarks, target

    @pytest.mark.parametrize("kind", sorted({*SALES, *ACTIVITIES}))
    def test_a_link_to_a_record_that_is_no_more_finds_its_target_gone(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        draft = draft_of(connector, kind)
        need(connector, Kind.CONTACT in {link.kind for link in draft.links}, f"a {kind} is not tied to a contact")
        if kind is Kind.LEAD:
            # A lead that only names its contact in a text, and says so, does not ask whether he is still there.
            need(connector, not make(connector, kind).remarks, "a lead is not tied to a contact")
        backdoor.delete(Ref(Kind.CONTACT, draft.links[0].id))
        with pytest.raises(TargetGone):
            connector.create(draft, mark="")
