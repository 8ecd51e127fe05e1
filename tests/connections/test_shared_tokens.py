"""The access token of an OAuth account: one for all workers, renewed once, and never against what a person has done."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Lock
from types import SimpleNamespace
from typing import TypeVar

import pytest
from django.db import connection as database
from django.utils import timezone
from tests.factories import Desk, open_desk

from switchhook.connections import services
from switchhook.connections.accounts import account_of
from switchhook.connections.models import AccessToken, Connection, ConnectionState
from switchhook.connections.services import mark_broken, renew_credentials
from switchhook.connections.tokens import DatabaseTokens, TrialTokens
from switchhook.connectors.base import Account, Health
from switchhook.connectors.tokens import Token
from switchhook.core.errors import AuthFailed, SwitchhookError, Unreachable

T = TypeVar("T")
THREADS, FEW = 20, 5

pytestmark = pytest.mark.django_db(transaction=True)


class Vendor:
    """Gives out access tokens one after another and counts them; `error` is what it says instead."""

    def __init__(self) -> None:
        self.given = 0
        self.error: SwitchhookError | None = None
        self.refresh = ""
        self.slow = 0.0
        self._lock = Lock()

    def renew(self) -> Token:
        with self._lock:
            self.given += 1
            number = self.given
        time.sleep(self.slow)
        if self.error:
            raise self.error
        hour = timezone.now() + timedelta(hours=1)
        return Token(access=f"access-{number}", expires_at=hour, refresh=self.refresh, address="https://eu.example")


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return open_desk()


@pytest.fixture
def account(desk: Desk) -> Connection:
    desk.crm.credentials = {"client_id": "c", "refresh_token": "refresh-1"}
    desk.crm.save()
    return stored(desk.crm)


def stored(connection: Connection) -> Connection:
    return Connection.objects.select_related("project").get(pk=connection.pk)


def at_once(work: Callable[[], T], threads: int = THREADS) -> list[T]:
    """Do the work in so many threads that start together."""
    gate = Barrier(threads)

    def run(_number: int) -> T:
        gate.wait()
        try:
            return work()
        finally:
            database.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


class Waiting(DatabaseTokens):
    """Tells, once, that it waits for another's renewal."""

    def __init__(self, connection: Connection, barrier: Barrier) -> None:
        super().__init__(connection)
        self._barrier: Barrier | None = barrier

    def _claim(self, row: AccessToken) -> str:
        lease = super()._claim(row)
        if not lease and self._barrier:
            barrier, self._barrier = self._barrier, None
            barrier.wait(30)
        return lease


def test_twenty_calls_at_once_renew_once(account: Connection, vendor: Vendor) -> None:
    vendor.slow = 0.3
    tokens = at_once(lambda: DatabaseTokens(account).token(vendor.renew))
    assert {token.access for token in tokens} == {"access-1"}
    assert {token.address for token in tokens} == {"https://eu.example"}
    assert vendor.given == 1


def test_twenty_calls_that_were_turned_down_renew_once(account: Connection, vendor: Vendor) -> None:
    DatabaseTokens(account).token(vendor.renew)
    tokens = at_once(lambda: DatabaseTokens(account).token(vendor.renew, refused="access-1"))
    assert ({token.access for token in tokens}, vendor.given) == ({"access-2"}, 2)


def test_a_renewal_that_fails_fails_for_all_who_wait(account: Connection, vendor: Vendor) -> None:
    vendor.slow, vendor.error = 0.5, AuthFailed("invalid_code")
    waiting = Barrier(FEW)

    def once_all_wait() -> Token:
        waiting.wait(30)
        return vendor.renew()

    def refusal() -> str:
        tokens = Waiting(account, waiting)
        with pytest.raises(AuthFailed) as caught:
            tokens.token(once_all_wait)
        return str(caught.value)

    assert set(at_once(refusal, FEW)) == {"invalid_code"}
    assert vendor.given == 1


def test_after_a_failed_renewal_the_next_asks_again(account: Connection, vendor: Vendor) -> None:
    vendor.error = Unreachable("No answer in time.")
    with pytest.raises(Unreachable):
        DatabaseTokens(account).token(vendor.renew)
    vendor.error = None
    assert DatabaseTokens(account).token(vendor.renew).access == "access-2"


def test_a_token_that_soon_ends_is_renewed(account: Connection, vendor: Vendor) -> None:
    DatabaseTokens(account).token(vendor.renew)
    AccessToken.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert DatabaseTokens(account).token(vendor.renew).access == "access-2"


def test_a_worker_that_was_killed_while_it_renewed_holds_up_nobody_for_long(
    account: Connection, vendor: Vendor
) -> None:
    AccessToken.objects.create(connection=account, lease="of the dead", leased_until=timezone.now())
    assert DatabaseTokens(account).token(vendor.renew).access == "access-1"


def test_the_token_is_stored_sealed(account: Connection, vendor: Vendor) -> None:
    DatabaseTokens(account).token(vendor.renew)
    assert "access-1" not in AccessToken.objects.get().sealed


def test_a_saved_connection_shares_its_token_and_a_trial_leaves_no_trace(account: Connection, vendor: Vendor) -> None:
    account_of(account, trial=TrialTokens()).tokens.token(vendor.renew)
    assert not AccessToken.objects.exists()
    account_of(account).tokens.token(vendor.renew)
    assert AccessToken.objects.count() == 1


def test_an_exchanged_refresh_token_is_kept_and_does_not_hide_a_refusal(account: Connection, vendor: Vendor) -> None:
    vendor.refresh = "refresh-2"
    DatabaseTokens(account).token(vendor.renew)
    assert stored(account).credentials == {"client_id": "c", "refresh_token": "refresh-2"}
    mark_broken(account, "The account is closed.")
    assert stored(account).state == ConnectionState.BROKEN


def test_a_run_with_a_refresh_token_that_was_exchanged_meanwhile_comes_again(
    account: Connection, vendor: Vendor
) -> None:
    early = stored(account)
    vendor.refresh = "refresh-2"
    DatabaseTokens(account).token(vendor.renew)
    vendor.error = AuthFailed("invalid_grant")
    with pytest.raises(Unreachable):
        DatabaseTokens(early).token(vendor.renew, refused="access-1")


def test_a_renewal_by_old_credentials_does_not_reach_the_new_ones(account: Connection, vendor: Vendor) -> None:
    """A person enters other credentials while a worker still renews by those before."""
    vendor.refresh, begun, entered = "of-the-old-account", Event(), Event()

    def slowly() -> Token:
        begun.set()
        assert entered.wait(10)
        return vendor.renew()

    def work() -> str:
        try:
            return DatabaseTokens(account).token(slowly).access
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        assert begun.wait(10)
        renew_credentials(stored(account), {"refresh_token": "refresh-of-another"})
        entered.set()
        assert running.result() == "access-1"
    assert stored(account).credentials["refresh_token"] == "refresh-of-another"
    assert DatabaseTokens(stored(account)).token(vendor.renew).access == "access-2"


def test_a_run_with_old_credentials_does_not_break_the_connection(account: Connection) -> None:
    early = stored(account)
    renew_credentials(stored(account), {"refresh_token": "refresh-2"})
    mark_broken(early, "invalid_grant")
    assert stored(account).state == ConnectionState.ACTIVE


# --- what a trial leaves ----------------------------------------------------------------------------------------------


class OnceOnly:
    """A CRM whose code is good once, as those of vendors with a sign-in are."""

    def __init__(self, account: Account, vendor: Vendor) -> None:
        self.account, self.vendor = account, vendor

    def check(self) -> Health:
        credentials = self.account.credentials
        if credentials.get("refresh_token") == "revoked":
            raise AuthFailed("invalid_grant")
        self.vendor.refresh = "" if credentials.get("refresh_token") else f"of-{credentials['code']}"
        self.account.tokens.token(self.vendor.renew)
        return Health(account_name="Once")


@pytest.fixture
def once_only(monkeypatch: pytest.MonkeyPatch, vendor: Vendor) -> Vendor:
    about = SimpleNamespace(connect=lambda account: OnceOnly(account, vendor), local=False)
    monkeypatch.setattr(services, "manifest", lambda _slug: about)
    return vendor


def test_a_refresh_token_that_the_trial_was_given_is_saved_with_its_access_token(
    account: Connection, once_only: Vendor
) -> None:
    account.credentials = {}
    account.save()
    renew_credentials(account, {"code": "abc"})
    assert stored(account).credentials == {"code": "abc", "refresh_token": "of-abc"}
    assert DatabaseTokens(stored(account)).token(once_only.renew).access == "access-1"


def test_a_new_code_takes_the_place_of_a_refresh_token_that_is_refused(account: Connection, once_only: Vendor) -> None:
    account.credentials = {"refresh_token": "revoked"}
    account.save()
    renew_credentials(account, {"code": "new"})
    assert stored(account).credentials == {"code": "new", "refresh_token": "of-new"}


def test_a_refresh_token_that_is_refused_is_told_where_nothing_new_was_typed(
    account: Connection, once_only: Vendor
) -> None:
    account.credentials = {"refresh_token": "revoked"}
    account.save()
    with pytest.raises(AuthFailed):
        renew_credentials(account, {})
    assert stored(account).credentials == {"refresh_token": "revoked"}
