"""The only place for time: a clock that tests can replace, and a moment on it.

Ages, deadlines, expiry and back-off are measured on the monotonic clock, so that a wall clock that jumps changes
nothing; only instants that a reader compares with other machines' (``..._timestamp_seconds``) come from the wall clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Clock", "Deadline"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Both clocks that the exporter reads.

    ``monotonic_seconds`` must be the running event loop's ``time()``, whose default is ``time.monotonic``: deadlines
    taken here are handed to ``asyncio.timeout_at``.
    """

    monotonic_seconds: Callable[[], float] = time.monotonic
    epoch_seconds: Callable[[], float] = time.time

    def deadline(self, after_seconds: float) -> "Deadline":
        """The moment ``after_seconds`` from now."""
        return Deadline(self.monotonic_seconds() + after_seconds, self)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by which an answer must be there, in seconds of the clock's monotonic reading."""

    at_seconds: float
    clock: Clock

    @property
    def remaining_seconds(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at_seconds - self.clock.monotonic_seconds())

    @property
    def passed(self) -> bool:
        """Whether the moment is over."""
        return self.remaining_seconds <= 0.0
