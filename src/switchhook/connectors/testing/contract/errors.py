"""Suites for what goes wrong at the vendor."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.clock import utc_now
from switchhook.core.errors import AuthFailed, OutcomeUnknown, RateLimited, SwitchhookError, Unreachable
from switchhook.core.records import PARTIES, Kind

from .drafts import FED, PHONE, Backdoor, Faults, Promises, draft_of, make, need

SINCE = timedelta(minutes=5)


class ErrorPromises(Promises):
    """Every failure is named for what is to be done about it, and tells no secret."""

    def test_a_limit_is_told_with_the_time_to_wait(self, connector: CrmConnector, faults: Faults) -> None:
        made = make(connector, Kind.CONTACT)
        faults.limit(7)
        with pytest.raises(RateLimited) as refusal:
            connector.get(made.ref)
        assert refusal.value.retry_after == pytest.approx(7, abs=1)
        assert connector.get(made.ref).ref == made.ref

    def test_a_create_that_meets_a_limit_has_made_nothing(
        self, connector: CrmConnector, backdoor: Backdoor, faults: Faults
    ) -> None:
        connector.check()
        faults.limit(3)
        with pytest.raises(RateLimited):
            make(connector, Kind.CONTACT)
        backdoor.let_time_pass(connector.capabilities.settle)
        assert list(connector.find_by_phone(PHONE)) == []

    def test_a_failed_read_may_be_repeated(self, connector: CrmConnector, faults: Faults) -> None:
        made = make(connector, Kind.CONTACT)
        faults.fail_read()
        with pytest.raises(Unreachable):
            connector.get(made.ref)
        assert connector.get(made.ref).ref == made.ref

    def test_of_a_failed_create_nobody_knows_what_it_made(self, connector: CrmConnector, faults: Faults) -> None:
        connector.check()
        faults.fail_create(Kind.CONTACT)
        with pytest.raises(OutcomeUnknown):
            make(connector, Kind.CONTACT)

    def test_credentials_that_are_refused_are_said_to_be(self, connector: CrmConnector, faults: Faults) -> None:
        made = make(connector, Kind.CONTACT)
        faults.refuse_credentials()
        for attempt in (connector.check, lambda: connector.get(made.ref), lambda: make(connector, Kind.CONTACT)):
            with pytest.raises(AuthFailed) as refusal:
                attempt()
            assert str(refusal.value)

    def test_an_error_tells_no_secret(self, connector: CrmConnector, faults: Faults, secrets: Sequence[str]) -> None:
        made = make(connector, Kind.CONTACT)
        faults.refuse_saying(f"Nothing for {' or '.join(secrets)} here.")
        with pytest.raises(SwitchhookError) as refusal:
            connector.get(made.ref)
        assert [secret for secret in secrets if secret in str(refusal.value)] == []


class LostAnswerPromises(Promises):
    """A request whose answer was lost is looked for, and never made twice."""

    @pytest.mark.parametrize("kind", list(Kind))
    def test_a_lost_answer_leaves_the_outcome_unknown(
        self, connector: CrmConnector, faults: Faults, kind: Kind
    ) -> None:
        need(connector, kind in connector.capabilities.kinds, f"no {kind}")
        draft = draft_of(connector, kind)
        faults.lose_answer(kind)
        with pytest.raises(OutcomeUnknown):
            connector.create(draft, mark="swh-mark-1")

    @pytest.mark.parametrize("kind", list(Kind))
    def test_what_it_made_is_found(
        self, connector: CrmConnector, backdoor: Backdoor, faults: Faults, kind: Kind
    ) -> None:
        need(connector, kind in connector.capabilities.traceable, f"a lost {kind} cannot be found")
        draft = draft_of(connector, kind)
        faults.lose_answer(kind)
        with pytest.raises(OutcomeUnknown):
            connector.create(draft, mark="swh-mark-1")
        backdoor.let_time_pass(connector.capabilities.settle)
        found = connector.find_made(draft, "swh-mark-1", since=utc_now() - SINCE)
        assert found is not None
        assert connector.get(found.ref).ref == found.ref
        if kind in FED:
            assert [r.ref for r in connector.find_by_phone(PHONE) if r.kind is kind] in ([found.ref], [])

    def test_a_lost_contact_is_the_only_one_with_its_number(
        self, connector: CrmConnector, backdoor: Backdoor, faults: Faults
    ) -> None:
        draft = draft_of(connector, Kind.CONTACT)
        faults.lose_answer(Kind.CONTACT)
        with pytest.raises(OutcomeUnknown):
            connector.create(draft, mark="swh-mark-1")
        backdoor.let_time_pass(connector.capabilities.settle)
        assert len([r for r in connector.find_by_phone(PHONE) if r.kind in PARTIES]) == 1
