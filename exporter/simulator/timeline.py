"""The only place for when the events of a scenario happen: each at its own moment, however late somebody looks.

Nothing runs in the background. Whoever is about to read the tenant catches up first; while an event that was due
earlier is carried out, the tenant's clock stands at that earlier moment.
"""

from collections import deque
from collections.abc import Callable, Iterable

__all__ = ["StagedClock", "Timeline"]


class StagedClock:
    """The clock of a tenant that plays a scenario.

    Attributes:
        skew_seconds: how far it is ahead of the true time.
    """

    def __init__(self, epoch_seconds: Callable[[], float]) -> None:
        """Follow the true time."""
        self.skew_seconds = 0.0
        self._epoch_seconds = epoch_seconds
        self._standing_at: float | None = None

    def __call__(self) -> float:
        """The tenant's time, in epoch seconds."""
        return self.true_epoch_seconds() + self.skew_seconds

    def true_epoch_seconds(self) -> float:
        """The time by which events are due."""
        return self._epoch_seconds() if self._standing_at is None else self._standing_at

    def at(self, true_epoch_seconds: float, perform: Callable[[], None]) -> None:
        """Perform at that moment, wherever the true time is by now."""
        self._standing_at = true_epoch_seconds
        try:
            perform()
        finally:
            self._standing_at = None


class Timeline:
    """What is still to happen."""

    def __init__(self, clock: StagedClock, due: Iterable[tuple[float, Callable[[], None]]]) -> None:
        """Perform on that clock, at the epoch seconds given, which never go back."""
        self._clock = clock
        self._due = deque(due)

    def catch_up(self) -> None:
        """Perform all that is due by now."""
        now = self._clock.true_epoch_seconds()
        while self._due and self._due[0][0] <= now:
            self._clock.at(*self._due.popleft())
