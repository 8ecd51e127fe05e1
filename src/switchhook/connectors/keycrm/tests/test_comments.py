"""Comments: text is added to what people wrote, and nothing of it is lost."""

from datetime import UTC, datetime

import pytest

from switchhook.connectors.keycrm import recent
from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.errors import OutcomeUnknown, Rejected, TargetGone, Unreachable
from switchhook.core.records import Draft, Kind, Record, Ref

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


@pytest.fixture
def buyer(account: TwinAccount) -> Ref:
    ref = account.add_contact("Ivan", PHONE)
    account.people("edit", kind="buyer", id=ref.id, values={"note": "Likes tea"})
    return ref


def note(account: TwinAccount) -> list[str]:
    return str(account.records("buyers")[0]["note"]).splitlines()


def comment(crm: KeyCrm, about: Ref, text: str, mark: str = "swh-c1") -> Record:
    return crm.create(Draft(kind=Kind.COMMENT, values={"text": text}, links=(about,)), mark=mark)


def test_a_comment_is_added_below_what_a_person_wrote(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    made = comment(crm, buyer, "Spoke\nof boots")
    lines = note(account)
    assert (lines[0], lines[2:]) == ("Likes tea", ["Spoke", "of boots", "swh-c1"])
    assert lines[1].startswith("— 20")
    assert "buyer's note" in str(made.remarks[0])


def test_a_comment_on_a_card_goes_to_its_buyer(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    card = crm.create(Draft(kind=Kind.DEAL, values={"title": "Call"}, links=(buyer,)), mark="")
    made = comment(crm, card.ref, "Spoke")
    assert "Spoke" in note(account)
    assert "card's buyer" in str(made.remarks[0])


def test_a_comment_on_a_card_goes_to_the_card_where_that_is_chosen(account: TwinAccount, buyer: Ref) -> None:
    crm = account.connect(comments_to="card")
    card = crm.create(Draft(kind=Kind.DEAL, values={"title": "Call", "source": "Phone calls"}, links=(buyer,)), mark="")
    comment(crm, card.ref, "Spoke")
    lines = account.records("cards")[0]["manager_comment"].splitlines()
    assert (lines[0], lines[2:]) == ("source: Phone calls", ["Spoke", "swh-c1"])
    assert note(account) == ["Likes tea"]


def test_comments_that_follow_each_other_faster_than_keycrm_writes_are_both_kept(
    account: TwinAccount, crm: KeyCrm, buyer: Ref
) -> None:
    account.configure(put_delay=5)
    comment(crm, buyer, "First")
    comment(account.connect(), buyer, "Second", "swh-c2")
    assert note(account) == ["Likes tea"]
    account.let_time_pass(6)
    assert [line for line in note(account) if line in {"Likes tea", "First", "Second"}] == [
        "Likes tea",
        "First",
        "Second",
    ]


def test_a_visit_written_after_a_comment_and_before_it_shows_keeps_both(
    account: TwinAccount, crm: KeyCrm, buyer: Ref
) -> None:
    account.configure(put_delay=5)
    comment(crm, buyer, "First")
    crm.update(buyer, {"utm": {"utm_source": "google"}})
    comment(crm, buyer, "Second", "swh-c2")
    account.let_time_pass(6)
    lines = note(account)
    assert [lines.count(line) for line in ("Likes tea", "First", "utm_source: google", "Second")] == [1, 1, 1, 1]


def test_what_a_person_took_out_is_not_put_back(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    comment(crm, buyer, "First")
    account.people("edit", kind="buyer", id=buyer.id, values={"note": "Likes coffee"})
    recent.clear()
    comment(crm, buyer, "Second", "swh-c2")
    assert "First" not in note(account)


def test_a_comment_sent_again_is_not_written_twice(account: TwinAccount, crm: KeyCrm, buyer: Ref) -> None:
    account.fault(action="drop_after_commit", method="PUT", path="/v1/buyer/*")
    with pytest.raises(OutcomeUnknown):
        comment(crm, buyer, "Spoke")
    comment(crm, buyer, "Spoke")
    assert note(account).count("Spoke") == 1


def test_a_lost_comment_is_found_though_nobody_says_what_it_was_about(
    account: TwinAccount, crm: KeyCrm, buyer: Ref
) -> None:
    comment(crm, buyer, "Spoke")
    bare = Draft(kind=Kind.COMMENT, values={"text": "Spoke"})
    found = crm.find_made(bare, "swh-c1", since=SINCE)
    assert found is not None
    assert found.values["text"] == "Spoke"
    assert crm.find_made(bare, "swh-c2", since=SINCE) is None


def test_nothing_is_written_where_reading_first_took_too_long(account: TwinAccount, buyer: Ref) -> None:
    times = iter([datetime(2026, 11, 22, 10, 0, second, tzinfo=UTC) for second in (0, 1, 30, 31)])
    slow = account.connect(clock=lambda: next(times))
    with pytest.raises(Unreachable, match="nothing was written"):
        comment(slow, buyer, "Spoke")
    assert note(account) == ["Likes tea"]


def test_a_comment_without_a_text_or_a_place_is_rejected(crm: KeyCrm, buyer: Ref) -> None:
    with pytest.raises(Rejected):
        comment(crm, buyer, " ")
    with pytest.raises(Rejected):
        crm.create(Draft(kind=Kind.COMMENT, values={"text": "Spoke"}), mark="")


@pytest.mark.parametrize("id_", ["contact-1", "lead-1-swh-c1", "contact-x-swh-c1", "contact-99999-swh-c1", ""])
def test_a_comment_that_never_was_is_gone(crm: KeyCrm, id_: str) -> None:
    with pytest.raises(TargetGone):
        crm.get(Ref(Kind.COMMENT, id_))
