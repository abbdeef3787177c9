"""The only place where a call is tried: its outcome is a value whether it succeeds or fails, and its time is taken."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from exporter.api.budget import WINDOW_SECONDS
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError

__all__ = ["Trial"]

T = TypeVar("T")

_CALL_SECONDS = WINDOW_SECONDS + 10.0
"""For one call: until the budget has a slot, and until the answer is there."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries calls, one at a time or several."""

    clock: Clock

    def deadline(self) -> Deadline:
        """For a call that begins now."""
        return self.clock.deadline(_CALL_SECONDS)

    async def of(self, call: Awaitable[T]) -> tuple[T | ApiError, float]:
        """What came of a call, and how many seconds it took."""
        started_seconds = self.clock.monotonic_seconds()
        outcome: T | ApiError
        try:
            outcome = await call
        except ApiError as error:
            outcome = error
        return outcome, self.clock.monotonic_seconds() - started_seconds
