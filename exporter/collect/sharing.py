"""The only place where scrapes meet: they share a snapshot that is fresh, and a cycle in flight.

Only complete snapshots are served again, so that a scraper in a hurry never costs a patient one its data.
"""

from exporter.clock import Deadline
from exporter.collect.cycle import Cycle
from exporter.collect.fleet import Fleet
from exporter.collect.snapshot import Snapshot

__all__ = ["SharedCollection"]

WORTHWHILE_SECONDS = 1.0
"""With less time left than this, a scrape takes another's incomplete snapshot rather than begin a cycle of its own."""


class SharedCollection:
    """Collects one tenant's fleet for whoever asks."""

    def __init__(self, fleet: Fleet, *, min_interval_seconds: float = 10.0) -> None:
        """Nothing is asked yet; a snapshot is fresh for ``min_interval_seconds`` after its cycle began."""
        self.fleet = fleet
        self._min_interval_seconds = min_interval_seconds
        self._cycles = 0
        self._cycle: Cycle | None = None
        self.latest: Snapshot | None = None

    async def collect(self, deadline: Deadline) -> Snapshot:
        """A fresh snapshot of the fleet, or what could be had of one by ``deadline``."""
        fresh = self._fresh()
        if fresh is not None:
            return fresh
        while self._cycle is not None and self._cycle.running:  # at each end, somebody else may be first to begin anew
            snapshot = await self._joined(self._cycle, deadline)
            if snapshot.complete or deadline.remaining_seconds < WORTHWHILE_SECONDS:
                return snapshot
        return await self._joined(self._begun(deadline), deadline)

    def _fresh(self) -> Snapshot | None:
        if self.latest is None or not self.latest.complete:
            return None
        age_seconds = self.fleet.clock.monotonic_seconds() - self.latest.started_seconds
        return self.latest if age_seconds < self._min_interval_seconds else None

    async def _joined(self, cycle: Cycle, deadline: Deadline) -> Snapshot:
        self.latest = await cycle.join(deadline)
        return self.latest

    def _begun(self, deadline: Deadline) -> Cycle:
        self._cycles += 1
        self._cycle = Cycle(self.fleet, number=self._cycles, deadline=deadline)
        return self._cycle
