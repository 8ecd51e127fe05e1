"""Access tokens in the database: one for all workers of the hub, renewed by one of them at a time.

A renewal is a request to the vendor, so no transaction and no row lock is held meanwhile: whoever renews holds a lease
by name, the others look again until there is a token, or an error that is theirs too.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from switchhook.connections.models import AccessToken, Connection
from switchhook.connections.sealing import seal, unseal
from switchhook.connectors.tokens import EARLY, Token, TokensInMemory
from switchhook.core.errors import AuthFailed, Misconfigured, RateLimited, SwitchhookError, Unreachable

REFRESH = "refresh_token"
"""The name among a connection's credentials under which a refresh token is kept."""

LEASE = timedelta(seconds=60)
"""How long one renewal may take; longer than the longest request."""

_LOOK_AGAIN = 0.1
_PATIENCE = 50.0
_SHARED: dict[str, type[SwitchhookError]] = {
    error.code: error for error in (AuthFailed, Unreachable, RateLimited, Misconfigured)
}


class TrialTokens(TokensInMemory):
    """The tokens of credentials that are tried before they are saved; what came of them is saved with them.

    A code that is good once is spent by the trial: the refresh token that it gave must not be lost.
    """

    def __init__(self) -> None:
        super().__init__(timezone.now)
        self.last: Token | None = None
        self._refresh = ""

    def token(self, renew: Callable[[], Token], *, refused: str = "") -> Token:
        """As `TokensInMemory`."""
        self.last = super().token(renew, refused=refused)
        self._refresh = self.last.refresh or self._refresh
        return self.last

    def granted(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """`credentials`, with the refresh token that the trial has given."""
        return {**credentials, REFRESH: self._refresh} if self._refresh else dict(credentials)


class DatabaseTokens:
    """The access token of one saved connection. `connection` is as it was when the account was opened."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def token(self, renew: Callable[[], Token], *, refused: str = "") -> Token:
        """As `connectors.tokens.TokenStore`.

        A renewal that fails, fails for all who wait for it. Raises Unreachable where the refresh token has been
        exchanged since the account was opened: opened anew, it has the new one.
        """
        came = timezone.now()
        deadline = time.monotonic() + _PATIENCE
        while True:
            row = self._row()
            held = _held(row)
            if held and held.access != refused and held.expires_at - EARLY > timezone.now():
                return held
            if row.failed_at and row.failed_at > came and not row.lease:
                raise _SHARED.get(row.error_code, Unreachable)(row.error)
            lease = self._claim(row)
            if lease:
                return self._renewed(renew, lease)
            if time.monotonic() > deadline:
                raise Unreachable("Another worker is still renewing the access token.")
            time.sleep(_LOOK_AGAIN)

    def _row(self) -> AccessToken:
        return AccessToken.objects.get_or_create(connection_id=self._connection.pk)[0]

    def _claim(self, row: AccessToken) -> str:
        """The name of a lease, "" where somebody else has it or has renewed meanwhile."""
        now, lease = timezone.now(), secrets.token_hex(16)
        free = Q(lease="") | Q(leased_until__lt=now)
        same = AccessToken.objects.filter(free, pk=row.pk, sealed=row.sealed)
        return lease if same.update(lease=lease, leased_until=now + LEASE) else ""

    def _renewed(self, renew: Callable[[], Token], lease: str) -> Token:
        ended: SwitchhookError | None = Unreachable("The renewal of the access token was broken off.")
        try:
            fresh = renew()
            ended = None
        except SwitchhookError as error:
            ended = error
            if isinstance(error, AuthFailed) and self._exchanged_since():
                ended = Unreachable("The refresh token was exchanged meanwhile.", retry_after=1)
            raise ended from error
        finally:
            if ended:
                self._give_back(lease, ended)
        self._keep(fresh, lease)
        return fresh

    @transaction.atomic
    def _keep(self, fresh: Token, lease: str) -> None:
        """Keep the token, unless the connection has got other credentials since: then the lease is gone."""
        # The connection's row first, as whoever renews the credentials does.
        held = Connection.objects.select_for_update(no_key=True).get(pk=self._connection.pk)
        kept = AccessToken.objects.filter(connection=held, lease=lease).update(
            sealed=seal(fresh.access),
            address=fresh.address,
            expires_at=fresh.expires_at,
            lease="",
            leased_until=None,
            failed_at=None,
        )
        if kept and fresh.refresh and held.credentials.get(REFRESH) != fresh.refresh:
            held.credentials = {**held.credentials, REFRESH: fresh.refresh}
            held.save(update_fields=["sealed_credentials"])

    def _give_back(self, lease: str, error: SwitchhookError) -> None:
        AccessToken.objects.filter(connection_id=self._connection.pk, lease=lease).update(
            lease="", leased_until=None, failed_at=timezone.now(), error_code=error.code, error=str(error)
        )

    def _exchanged_since(self) -> bool:
        now = Connection.objects.get(pk=self._connection.pk)
        return now.credentials.get(REFRESH) != self._connection.credentials.get(REFRESH)


def _held(row: AccessToken) -> Token | None:
    if not row.sealed or row.expires_at is None:
        return None
    try:
        return Token(access=unseal(row.sealed), expires_at=row.expires_at, address=row.address)
    except Misconfigured:  # sealed with a lost key: as good as none
        return None


def adopt(connection: Connection, trial: TrialTokens) -> None:
    """Let all workers use the access token of the trial, in place of any before. Part of the caller's transaction."""
    forget(connection)
    if trial.last:
        token = trial.last
        AccessToken.objects.create(
            connection=connection, sealed=seal(token.access), address=token.address, expires_at=token.expires_at
        )


def forget(connection: Connection) -> None:
    """Drop the access token of credentials that are no longer the connection's. Part of the caller's transaction."""
    AccessToken.objects.filter(connection=connection).delete()
