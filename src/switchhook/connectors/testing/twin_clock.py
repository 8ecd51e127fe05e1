"""The time a twin lives in: the real one, a shifted one, or one that stands still."""

from datetime import UTC, datetime, timedelta

from switchhook.core.clock import Clock, utc_now


class TwinClock:
    """A `Clock` that tests move. Starts as real time.

    `freeze` makes it stand still at an instant, `advance` moves it whether it stands or runs, `run` makes it real.
    """

    def __init__(self, real: Clock = utc_now) -> None:
        self._real = real
        self._frozen: datetime | None = None
        self._shift = timedelta()

    def __call__(self) -> datetime:
        """The twin's present moment, aware, in UTC."""
        return self._frozen if self._frozen is not None else self._real() + self._shift

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def freeze(self, moment: datetime) -> None:
        """Stand still at `moment`. A moment without a zone is taken as UTC."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._frozen = aware.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move by `seconds` (negative: back)."""
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        else:
            self._shift += timedelta(seconds=seconds)

    def run(self) -> None:
        """Be real time again."""
        self._frozen = None
        self._shift = timedelta()
