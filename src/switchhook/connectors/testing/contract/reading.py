"""Suites for single records: made, read back, gone."""

import json
from datetime import datetime

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Draft, Kind, Ref

from .drafts import NAMED_BY, PHONE, SALES, Backdoor, Promises, draft_of, make, need

TEXTS = {
    "signs": "A <b>bold</b> & \"quoted\" 'offer' < 5 > 3 &amp; done",
    "lines": "First line\nSecond line\n\nAfter an empty line",
    "ukrainian": "Ґудзик їжака: «під'їзд №7», ціна — 5₴",
    "polish": "Zażółć gęślą jaźń",
    "emoji": "Перезвонить 📞 👩‍💻 🇺🇦",
}
DUE = "2026-11-23T13:45:00+00:00"
RECORDING = "https://hub.example/r/8b1f6c"


class CreatePromises(Promises):
    """Every declared kind of record can be made and is read back as it was made."""

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

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.LEAD, Kind.DEAL}))
    def test_a_record_without_an_owner_is_made_all_the_same(self, connector: CrmConnector, kind: Kind) -> None:
        """Where the CRM gives everything to somebody, it is one of its users."""
        read = connector.get(make(connector, kind, owner=None).ref)
        assert read.owner is None or read.owner in {user.id for user in connector.users()}

    @pytest.mark.parametrize("kind", sorted(SALES))
    def test_a_new_sale_is_open(self, connector: CrmConnector, kind: Kind) -> None:
        assert connector.get(make(connector, kind).ref).is_open

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.LEAD, Kind.DEAL}))
    def test_what_a_create_gives_is_what_can_be_read(self, connector: CrmConnector, kind: Kind) -> None:
        """The directory takes a record from the answer to its create."""
        made = make(connector, kind, owner=connector.users()[1].id)
        read = connector.get(made.ref)
        assert (made.title, made.owner, made.status) == (read.title, read.owner, read.status)
        assert (made.contact_id, made.company_id) == (read.contact_id, read.company_id)

    @pytest.mark.parametrize("kind", list(Kind))
    def test_a_record_can_be_stored_and_opened(self, connector: CrmConnector, kind: Kind) -> None:
        """The hub keeps records as JSON, and links people to them."""
        read = connector.get(make(connector, kind).ref)
        assert json.loads(json.dumps(dict(read.values))) == dict(read.values)
        assert not read.url or read.url.startswith(("https://", "http://", "/"))
        assert read.last_activity is None or read.last_activity.tzinfo is not None

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.COMPANY}))
    def test_a_partys_numbers_are_told_in_e164(self, connector: CrmConnector, kind: Kind) -> None:
        need(connector, kind in connector.capabilities.stores_phone, f"a {kind} has no numbers of its own")
        made = make(connector, kind)
        assert PHONE in made.phones
        assert PHONE in connector.get(made.ref).phones


class RejectedPromises(Promises):
    """What the CRM cannot take is refused with a sentence, and what is gone is said to be gone."""

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


class TextPromises(Promises):
    """Texts stay as they are: signs, line breaks, every script."""

    @pytest.mark.parametrize("name", TEXTS)
    @pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.TASK])
    def test_a_text_is_read_as_it_was_written(self, connector: CrmConnector, kind: Kind, name: str) -> None:
        made = make(connector, kind, mark="swh-mark-1", text=TEXTS[name])
        assert connector.get(made.ref).values["text"] == TEXTS[name]

    @pytest.mark.parametrize("name", [name for name in TEXTS if name != "lines"])
    @pytest.mark.parametrize("kind", [Kind.CONTACT, Kind.COMPANY, *sorted(SALES), Kind.TASK])
    def test_a_title_is_read_as_it_was_written(self, connector: CrmConnector, kind: Kind, name: str) -> None:
        made = make(connector, kind, **{NAMED_BY.get(kind, "title"): TEXTS[name]})
        assert connector.get(made.ref).title == TEXTS[name]


class ActivityPromises(Promises):
    """Tasks keep who, when and whether done; calls keep who spoke, how long, and the recording."""

    def test_a_task_is_its_assignees(self, connector: CrmConnector) -> None:
        assignee = connector.users()[1].id
        read = connector.get(make(connector, Kind.TASK, assignee=assignee).ref)
        assert assignee in {read.values.get("assignee"), read.owner}

    def test_a_due_time_is_kept_as_precisely_as_the_crm_can(self, connector: CrmConnector) -> None:
        made = make(connector, Kind.TASK, due_at=DUE)
        due = datetime.fromisoformat(connector.get(made.ref).values["due_at"])
        if due != datetime.fromisoformat(DUE):
            assert due.date() == datetime.fromisoformat(DUE).date()
            assert made.remarks, "the hour is lost, and no remark says so"

    def test_a_task_can_be_made_done(self, connector: CrmConnector) -> None:
        read = connector.get(make(connector, Kind.TASK, done=True).ref)
        assert not read.is_open

    def test_a_task_about_a_call_leads_to_its_recording(self, connector: CrmConnector) -> None:
        read = connector.get(make(connector, Kind.TASK, text="Spoke", done=True, recording_url=RECORDING).ref)
        assert RECORDING in (read.values.get("recording_url"), *str(read.values.get("text")).split())

    def test_a_call_keeps_what_happened(self, connector: CrmConnector) -> None:
        owner = connector.users()[1].id
        made = make(connector, Kind.CALL, recording_url=RECORDING, employee=owner, employee_name="Olena")
        kept = connector.get(made.ref).values
        assert kept["direction"] == "in"
        assert kept["client_number"] == PHONE
        assert int(kept["talk_seconds"]) == 42
        assert kept["recording_url"] == RECORDING
