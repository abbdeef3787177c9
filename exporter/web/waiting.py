"""The only place where requests wait for a collection: so many at once, each for as long as it was granted."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request

from exporter.clock import Clock, Deadline
from exporter.collect.snapshot import Snapshot
from exporter.web.leaving import unless_client_leaves
from exporter.web.refused import Refused
from exporter.web.scrape_timeout import scrape_seconds

__all__ = ["MAX_WAITING_SCRAPES", "Collect", "Collections"]

MAX_WAITING_SCRAPES = 60
"""Enough for 50 scrapers at once, fewer than the connections the listener keeps, so that probes find a place."""

Collect = Callable[[Deadline], Awaitable[tuple[Snapshot, ...]]]


class Collections:
    """Collections on behalf of requests."""

    def __init__(self, collect: Collect, clock: Clock, *, max_duration_seconds: float, max_waiting: int) -> None:
        self._collect = collect
        self._clock = clock
        self._max_duration_seconds = max_duration_seconds
        self._max_waiting = max_waiting
        self._waiting = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for those who wait.

        Raises:
            Refused: all are taken.
        """
        if self._waiting >= self._max_waiting:
            raise Refused(503, f"{self._max_waiting} scrapes are waiting already: scrape less often")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def snapshots(self, request: Request, granted: str | None) -> tuple[Snapshot, ...]:
        """What the tenants answer within the seconds that the header field ``granted`` announces.

        Raises:
            Refused: the client has left; for nobody, since an ASGI application has to answer.
        """
        deadline = self._clock.deadline(scrape_seconds(granted, max_seconds=self._max_duration_seconds))

        async def collected() -> tuple[Snapshot, ...]:
            return await self._collect(deadline)

        snapshots = await unless_client_leaves(request.receive, collected())
        if snapshots is None:
            raise Refused(499, "the client has left")
        return snapshots
