"""The only place for a tenant's "not now": how long nothing leaves after it, and how carefully calls resume.

Source: developer.sailpoint.com, "Rate Limits": 429 with ``Retry-After``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from exporter.api.answer import ThrottledError
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason

__all__ = ["Backoff", "jittered_seconds", "throttled_seconds"]

logger = logging.getLogger("exporter.api")

_UNTOLD_SECONDS = (1.0, 60.0)
_UNANSWERED = frozenset({Reason.SKIPPED, Reason.BACKOFF, Reason.DEADLINE})


def jittered_seconds(low_seconds: float, high_seconds: float, random: Callable[[], float]) -> float:
    """A random wait, so that many exporters do not come back together ("full jitter")."""
    return low_seconds + random() * (high_seconds - low_seconds)


def throttled_seconds(error: ThrottledError, random: Callable[[], float]) -> float:
    """How long to be silent: as long as the tenant said, or somewhere in [1, 60] s when it did not."""
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds
    return jittered_seconds(*_UNTOLD_SECONDS, random)


class Backoff:
    """Silence towards the whole tenant, then one call at a time until the tenant answers something else."""

    def __init__(self, clock: Clock, random: Callable[[], float]) -> None:
        self._clock = clock
        self._random = random
        self._until_seconds = 0.0
        self._unproven = False
        self._probe = asyncio.Lock()

    @property
    def remaining_seconds(self) -> float:
        """Seconds until calls resume, 0 when they may go out."""
        return max(0.0, self._until_seconds - self._clock.monotonic_seconds())

    def refuse(self) -> None:
        """Nothing may leave now.

        Raises:
            ApiError: BACKOFF, while it lasts.
        """
        if self.remaining_seconds > 0.0:
            raise ApiError(Reason.BACKOFF, f"the tenant asked to wait, {self.remaining_seconds:.0f} s are left")

    @asynccontextmanager
    async def permit(self, deadline: Deadline) -> AsyncIterator[None]:
        """Let one call out, and learn from how it ends.

        Raises:
            ApiError: BACKOFF, now or until the deadline.
        """
        self.refuse()
        async with AsyncExitStack() as turn:
            if self._unproven:
                await self._take(turn, deadline)
            if not self._unproven:  # another call has found out meanwhile
                await turn.aclose()
            self.refuse()
            with self._learning():
                yield

    async def _take(self, turn: AsyncExitStack, deadline: Deadline) -> None:
        try:
            async with asyncio.timeout_at(deadline.at_seconds):
                await turn.enter_async_context(self._probe)
        except TimeoutError:
            raise ApiError(Reason.BACKOFF, "another call is finding out whether the tenant answers again") from None

    @contextmanager
    def _learning(self) -> Iterator[None]:
        try:
            yield
        except ThrottledError as error:
            self._hold(throttled_seconds(error, self._random))
            raise
        except ApiError as error:
            if error.reason not in _UNANSWERED:
                self._resume()
            raise
        self._resume()

    def _hold(self, seconds: float) -> None:
        if not self._unproven:
            logger.warning("The tenant asked to wait: no calls for %.0f s", seconds)
        self._unproven = True
        self._until_seconds = max(self._until_seconds, self._clock.monotonic_seconds() + seconds)

    def _resume(self) -> None:
        # An answer to a call that was sent before the tenant asked to wait proves nothing.
        if self._unproven and self.remaining_seconds == 0.0:
            logger.info("The tenant answers again")
            self._unproven = False
