"""The only place for the rate budget: as many slots as calls are allowed in a window, each reusable a window after use.

The vendor allows 100 calls per 10 s for each OAuth client and API generation, without saying what kind of window it
counts in. A slot that is free again 10 s after its *response* stays below the limit whatever the kind is; a token
bucket or a log of send times draws 429s at a window's edges.

Source: developer.sailpoint.com, "Rate Limits".
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason

__all__ = ["WINDOW_SECONDS", "RateBudget"]

WINDOW_SECONDS = 10.0


class RateBudget:
    """Slots for calls, given out first come, first served."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._in_flight = 0
        self._waiting = 0
        self._free_at_seconds: deque[float] = deque()  # of slots whose call has ended, ascending
        self._head = asyncio.Lock()  # asyncio's locks are fair: a queue whose head waits for the next slot
        self._call_ended = asyncio.Event()

    @property
    def used(self) -> int:
        """Slots taken: calls in flight, and those that ended less than a window ago."""
        self._drop_passed()
        return self._in_flight + len(self._free_at_seconds)

    def capacity(self, deadline: Deadline) -> int:
        """How many calls can be sent from now until the deadline, at most.

        The bound is reached when each of these calls is answered at once.
        """
        unused = self.limit - self.used
        now = self._clock.monotonic_seconds()
        starts = [now] * unused + list(self._free_at_seconds) + [now + WINDOW_SECONDS] * self._in_flight
        return sum(_uses(start, deadline.at_seconds) for start in starts)

    @asynccontextmanager
    async def slot(self, deadline: Deadline) -> AsyncIterator[None]:
        """Hold a slot for one call.

        Raises:
            ApiError: SKIPPED, at once, when no slot can be free before the deadline; DEADLINE, when that has passed.
        """
        await self._take(deadline)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, deadline: Deadline) -> None:
        if not self._waiting and self.used < self.limit and not deadline.passed:
            self._in_flight += 1
            return
        if deadline.passed:
            raise ApiError(Reason.DEADLINE, "no time was left to send the call")
        if self.capacity(deadline) <= self._waiting:
            raise _skipped()
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline.at_seconds), self._head:
                await self._next_free()
                self._in_flight += 1
        except TimeoutError:
            raise _skipped() from None
        finally:
            self._waiting -= 1

    async def _next_free(self) -> None:
        while self.used >= self.limit:
            if self._free_at_seconds:
                await asyncio.sleep(self._free_at_seconds[0] - self._clock.monotonic_seconds())
            else:
                self._call_ended.clear()
                await self._call_ended.wait()

    def _give_back(self) -> None:
        self._in_flight -= 1
        self._free_at_seconds.append(self._clock.monotonic_seconds() + WINDOW_SECONDS)
        self._call_ended.set()

    def _drop_passed(self) -> None:
        now = self._clock.monotonic_seconds()
        while self._free_at_seconds and self._free_at_seconds[0] <= now:
            self._free_at_seconds.popleft()


def _uses(first_seconds: float, end_seconds: float) -> int:
    return max(0, math.ceil((end_seconds - first_seconds) / WINDOW_SECONDS))


def _skipped() -> ApiError:
    return ApiError(Reason.SKIPPED, "the rate budget has no slot before the deadline")
