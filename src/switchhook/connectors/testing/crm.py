"""The contract of every CRM connector, as tests to inherit.

    import pytest
    from switchhook.connectors.testing.crm import Backdoor, CrmContract

    class TestAcme(CrmContract):
        @pytest.fixture
        def connector(self, twin): return connect(account_of(twin))

        @pytest.fixture
        def backdoor(self, twin): return AcmeBackdoor(twin)

`connector` is an account that is empty but for at least two users. `backdoor` does what people do in the vendor's own
pages, behind the connector's back; it talks to the twin, never to the connector. Put this into `conftest.py`,
so that a failing assertion shows its values:

    pytest.register_assert_rewrite("switchhook.connectors.testing.crm")

A test for something that the connector's capabilities do not declare is skipped; a capability that is declared and does
not hold fails.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.mapping import offered
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref

PHONE = "+380671234567"
OTHER_PHONE = "+380509876543"
SPELLINGS = (PHONE, "+38-067-123-4567", "380671234567", "+38 (067) 123 45 67", "0671234567")
FED = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL)
SALES = frozenset({Kind.LEAD, Kind.DEAL})
NAMED_BY = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.TASK: "subject", Kind.COMMENT: "text"}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Backdoor(Protocol):
    """What a person can do in the CRM itself. Every method leaves the CRM's indexes up to date."""

    def add_contact(self, name: str, phone: str) -> Ref:
        """A contact whose number is typed exactly as given."""

    def delete(self, ref: Ref) -> None:
        """Remove a record for good."""

    def close(self, ref: Ref) -> None:
        """End a lead or a deal: lose it, archive it, or what the CRM calls it."""

    def let_time_pass(self, seconds: float) -> None:
        """Let the CRM's indexes catch up: the twin's clock, not the wall's."""


class CrmContract:
    """Inherit, give the two fixtures, and every promise of `CrmConnector` is held to."""

    @pytest.fixture
    def connector(self) -> CrmConnector:
        raise NotImplementedError("Give a fixture “connector”: an empty account with at least two users.")

    @pytest.fixture
    def backdoor(self) -> Backdoor:
        raise NotImplementedError("Give a fixture “backdoor”: what people do in the CRM itself.")

    # --- the account --------------------------------------------------------------------------------------------------

    def test_an_account_that_works_passes_its_check(self, connector: CrmConnector) -> None:
        assert connector.check().account_name

    def test_users_have_ids_and_names(self, connector: CrmConnector) -> None:
        users = connector.users()
        assert len(users) >= 2
        assert len({user.id for user in users}) == len(users)
        assert all(user.id and user.name for user in users)

    def test_capabilities_do_not_contradict_each_other(self, connector: CrmConnector) -> None:
        can = connector.capabilities
        for claimed in (can.updatable, can.traceable, can.stores_phone):
            assert claimed <= can.kinds
        assert not can.task_links or Kind.TASK in can.kinds
        assert not can.comment_links or Kind.COMMENT in can.kinds
        assert not can.call_links or Kind.CALL in can.kinds
        assert can.settle >= 0

    # --- creating and reading -----------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", list(Kind))
    def test_a_record_of_every_declared_kind_can_be_made_and_read(self, connector: CrmConnector, kind: Kind) -> None:
        made = make(connector, kind)
        read = connector.get(made.ref)
        assert read.ref == made.ref
        assert read.kind is kind
        assert read.id

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.LEAD, Kind.DEAL}))
    def test_a_record_keeps_its_title_and_owner(self, connector: CrmConnector, kind: Kind) -> None:
        owner = connector.users()[1].id
        made = make(connector, kind, owner=owner, **{NAMED_BY.get(kind, "title"): "Ivan & Sons <\"'> №7"})
        read = connector.get(made.ref)
        assert read.title == "Ivan & Sons <\"'> №7"
        assert read.owner == owner

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_new_sale_is_open(self, connector: CrmConnector, kind: Kind) -> None:
        assert connector.get(make(connector, kind).ref).is_open

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CALL])
    def test_a_record_without_its_required_value_is_rejected(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        draft = draft_of(connector, kind)
        empty = {name: value for name, value in draft.values.items() if name != NAMED_BY.get(kind, "title")}
        with pytest.raises(Rejected) as refusal:
            connector.create(Draft(kind=kind, values=empty, links=draft.links), mark="")
        assert str(refusal.value)

    def test_a_lead_without_a_party_is_rejected_where_it_is_declared(self, connector: CrmConnector) -> None:
        need(connector, connector.capabilities.lead_needs_party, "leads stand alone")
        with pytest.raises(Rejected):
            connector.create(Draft(kind=Kind.LEAD, values={"title": "Nobody's"}), mark="")

    def test_a_lead_without_a_party_is_made_where_it_may_stand_alone(self, connector: CrmConnector) -> None:
        can = connector.capabilities
        need(connector, Kind.LEAD in can.kinds and not can.lead_needs_party, "leads need a party")
        values = {"title": "Alone", "phones": [PHONE]}
        made = connector.create(Draft(kind=Kind.LEAD, values=values), mark="")
        assert connector.get(made.ref).is_open

    def test_an_owner_whom_nobody_knows_is_rejected(self, connector: CrmConnector) -> None:
        values = {"name": "Ivan", "phones": [PHONE], "owner": "999999999"}
        with pytest.raises(Rejected):
            connector.create(Draft(kind=Kind.CONTACT, values=values), mark="")

    def test_a_record_that_was_deleted_is_gone(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        made = make(connector, Kind.CONTACT)
        backdoor.delete(made.ref)
        with pytest.raises(TargetGone):
            connector.get(made.ref)

    def test_a_record_that_never_was_is_gone(self, connector: CrmConnector) -> None:
        with pytest.raises(TargetGone):
            connector.get(Ref(Kind.CONTACT, "999999999"))

    # --- links --------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_sale_keeps_its_contact_and_company(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        parties = [make(connector, party) for party in sorted(PARTIES & connector.capabilities.kinds)]
        values = {"title": "About both"}
        made = connector.create(Draft(kind=kind, values=values, links=tuple(p.ref for p in parties)), mark="")
        read = connector.get(made.ref)
        known = {Kind.CONTACT: read.contact_id, Kind.COMPANY: read.company_id}
        assert {party.kind: party.id for party in parties} == {kind: known[kind] for kind in (p.kind for p in parties)}

    @pytest.mark.parametrize("kind", [Kind.TASK, Kind.COMMENT, Kind.CALL])
    def test_an_activity_is_kept_with_every_declared_link(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        for target in sorted(links_of(connector, kind)):
            about = make(connector, target)
            made = connector.create(Draft(kind=kind, values=values_of(kind), links=(about.ref,)), mark="")
            assert about.ref in linked(connector.get(made.ref))

    # --- changing -----------------------------------------------------------------------------------------------------

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

    def test_an_update_of_a_deleted_record_finds_its_target_gone(
        self, connector: CrmConnector, backdoor: Backdoor
    ) -> None:
        need(connector, Kind.CONTACT in connector.capabilities.updatable, "contacts cannot be changed")
        made = make(connector, Kind.CONTACT)
        backdoor.delete(made.ref)
        with pytest.raises(TargetGone):
            connector.update(made.ref, {"name": "Too late"})

    def test_an_open_task_can_be_finished(self, connector: CrmConnector) -> None:
        need(connector, Kind.TASK in connector.capabilities.updatable, "tasks cannot be changed")
        made = make(connector, Kind.TASK)
        assert connector.get(made.ref).is_open
        connector.update(made.ref, {"done": True})
        assert not connector.get(made.ref).is_open

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_closed_sale_is_not_open(self, connector: CrmConnector, backdoor: Backdoor, kind: Kind) -> None:
        made = make(connector, kind)
        backdoor.close(made.ref)
        assert not connector.get(made.ref).is_open

    # --- finding by number --------------------------------------------------------------------------------------------

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

    def test_a_number_nobody_has_finds_nothing(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        backdoor.add_contact("Somebody else", PHONE)
        assert list(connector.find_by_phone(OTHER_PHONE)) == []

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_sale_is_found_by_its_clients_number_open_or_closed(
        self, connector: CrmConnector, backdoor: Backdoor, kind: Kind
    ) -> None:
        made = make(connector, kind)
        backdoor.let_time_pass(connector.capabilities.settle)
        assert [r.is_open for r in connector.find_by_phone(PHONE) if r.ref == made.ref] == [True]
        backdoor.close(made.ref)
        assert True not in [r.is_open for r in connector.find_by_phone(PHONE) if r.ref == made.ref]

    # --- lost answers -------------------------------------------------------------------------------------------------

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

    # --- settings -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.COMPANY, *SALES}))
    def test_own_fields_have_a_name_a_label_and_their_kind(self, connector: CrmConnector, kind: Kind) -> None:
        fields = connector.fields(kind)
        assert all(field.kind is kind and field.name and field.label for field in fields)
        assert len({field.name for field in fields}) == len(fields)

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.COMPANY, *SALES}))
    def test_a_mapped_text_reaches_its_field(self, connector: CrmConnector, kind: Kind) -> None:
        own = offered(connector.fields(kind), kind)
        need(connector, bool(own) and kind in connector.capabilities.kinds, f"no text fields of a {kind}")
        made = make(connector, kind, custom={own[0].name: "spring sale"})
        assert connector.get(made.ref).values["custom"][own[0].name] == "spring sale"

    def test_pipelines_have_stages_and_take_deals(self, connector: CrmConnector) -> None:
        need(connector, Kind.DEAL in connector.capabilities.kinds and bool(connector.pipelines()), "no pipelines")
        for pipeline in connector.pipelines():
            made = make(connector, Kind.DEAL, pipeline=pipeline.id)
            assert connector.get(made.ref).values["pipeline"] in {pipeline.id, pipeline.name}
            assert pipeline.name
            assert pipeline.stages

    # --- the feed -----------------------------------------------------------------------------------------------------

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
        made = {make(connector, Kind.CONTACT, name=f"Client {number}").ref for number in range(12)}
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


# --- what the tests are written with ----------------------------------------------------------------------------------


def need(connector: CrmConnector, declared: bool, otherwise: str) -> None:
    """Skip what this CRM does not claim to do."""
    if not declared:
        pytest.skip(f"{type(connector).__name__}: {otherwise}")


def title_name(kind: Kind) -> str:
    """The canonical value that a person reads first."""
    return NAMED_BY.get(kind, "title")


def values_of(kind: Kind) -> dict[str, Any]:
    """The least that makes a record of this kind."""
    if kind is Kind.CALL:
        return {
            "direction": "in",
            "status": "answered",
            "client_number": PHONE,
            "project_number": "+380441234567",
            "started_at": "2026-11-20T09:30:00+00:00",
            "talk_seconds": 42,
            "wait_seconds": 5,
            "call_id": "call-1",
        }
    values: dict[str, Any] = {title_name(kind): f"A {kind}"}
    return values | ({"phones": [PHONE]} if kind in {*PARTIES, Kind.LEAD} else {})


def links_of(connector: CrmConnector, kind: Kind) -> frozenset[Kind]:
    """To which kinds an activity can be tied."""
    can = connector.capabilities
    return {Kind.TASK: can.task_links, Kind.COMMENT: can.comment_links, Kind.CALL: can.call_links}[kind]


def draft_of(connector: CrmConnector, kind: Kind, **values: Any) -> Draft:
    """A record that this CRM takes: tied to a contact where it has contacts."""
    links: Sequence[Ref] = ()
    tied = kind in {*SALES, Kind.ORDER} or (kind not in PARTIES and Kind.CONTACT in links_of(connector, kind))
    if tied and Kind.CONTACT in connector.capabilities.kinds:
        links = (make(connector, Kind.CONTACT).ref,)
    return Draft(kind=kind, values=values_of(kind) | values, links=tuple(links))


def twins_of(connector: CrmConnector, kind: Kind) -> tuple[Draft, Draft]:
    """Two drafts of a kind, of different clients and calls."""
    one = draft_of(connector, kind)
    other: dict[str, Any] = {"call_id": "call-2", "client_number": OTHER_PHONE} if kind is Kind.CALL else {}
    other |= {} if kind is Kind.CALL else {title_name(kind): f"Another {kind}"}
    other |= {"phones": [OTHER_PHONE]} if "phones" in one.values else {}
    return one, draft_of(connector, kind, **other)


def make(connector: CrmConnector, kind: Kind, *, mark: str = "", **values: Any) -> Record:
    """Create a record, or skip the test where this CRM does not have the kind."""
    need(connector, kind in connector.capabilities.kinds, f"no {kind}")
    return connector.create(draft_of(connector, kind, **values), mark=mark)


def linked(record: Record) -> set[Ref]:
    """What an activity is tied to: `values["links"]`, a list of `{"kind", "id"}`."""
    return {Ref(Kind(link["kind"]), link["id"]) for link in record.values["links"]}


def settled(record: Record, changed: str) -> dict[str, Any]:
    """What an update of the value `changed` leaves alone."""
    kept = {name: value for name, value in record.values.items() if name != changed}
    about = (record.owner, record.status, record.contact_id, record.company_id, record.phones)
    return {**kept, "about": about}


def follow(connector: CrmConnector, backdoor: Backdoor, cursor: str) -> tuple[list[Record], str]:
    """Read the feed to its end; gives what it told and where it stands."""
    backdoor.let_time_pass(connector.capabilities.settle)
    told: list[Record] = []
    for _ in range(1000):
        page = connector.changes(cursor)
        told += page.records
        cursor = page.cursor
        if not page.more:
            return told, cursor
    raise AssertionError("The feed has no end.")
