"""What a twin's limits and its lagging search are made of."""

from collections import deque
from datetime import datetime, timedelta

from switchhook.core.clock import Clock


class RateWindow:
    """At most `most` units in any `per` seconds of the twin's time; `most` None never refuses.

    `reset` with the twin. Used on one event loop.
    """

    def __init__(self, most: float | None, per: float, clock: Clock) -> None:
        self.most = most
        self.per = timedelta(seconds=per)
        self._clock = clock
        self._taken: deque[tuple[datetime, float]] = deque()

    def take(self, units: float = 1) -> float:
        """Use `units` and give 0, or use nothing and give the seconds after which they will be free."""
        if self.most is None:
            return 0.0
        now = self._clock()
        self._forget(now)
        short = self._used() + units - self.most
        if short <= 0:
            self._taken.append((now, units))
            return 0.0
        for moment, freed in self._taken:
            short -= freed
            if short <= 0:
                return (moment + self.per - now).total_seconds()
        return self.per.total_seconds()

    def left(self) -> float | None:
        """How many units are left now; None where there is no limit."""
        self._forget(self._clock())
        return None if self.most is None else max(self.most - self._used(), 0)

    def reset(self) -> None:
        """As new."""
        self._taken.clear()

    def _used(self) -> float:
        return sum(units for _moment, units in self._taken)

    def _forget(self, now: datetime) -> None:
        while self._taken and self._taken[0][0] + self.per <= now:
            self._taken.popleft()


class IndexLag:
    """A search that knows a change only after `seconds` of the twin's time."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock

    def knows(self, changed_at: datetime) -> bool:
        """Whether the search sees by now what changed at this moment."""
        return changed_at + timedelta(seconds=self.seconds) <= self._clock()
