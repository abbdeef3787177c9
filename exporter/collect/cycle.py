"""The only place for a cycle's life: a survey under one deadline, which scrapes join and leave.

A scrape stays as long as its own deadline allows, and takes what is there. When the last one leaves at its deadline
the survey is closed; when the last one hangs up, it is dropped, and what is unanswered is forgotten rather than failed.
"""

import asyncio

from exporter.clock import Deadline
from exporter.collect.fleet import Fleet
from exporter.collect.snapshot import Snapshot
from exporter.collect.survey import Survey

__all__ = ["Cycle"]


class Cycle:
    """One survey of a fleet; it runs from its construction, which needs a running event loop."""

    def __init__(self, fleet: Fleet, *, number: int, deadline: Deadline) -> None:
        self._survey = Survey(fleet, number=number, deadline=deadline)
        self._deadline = deadline
        self._dropped = False
        self._waiting = 0
        self._task = asyncio.create_task(self._run())

    @property
    def running(self) -> bool:
        """Whether scrapes may still join."""
        return self._survey.final is None and not self._dropped and not self._task.done()

    async def join(self, deadline: Deadline) -> Snapshot:
        """Wait for the cycle's end, but no longer than ``deadline``; whatever broke the cycle is raised here."""
        self._waiting += 1
        try:
            await asyncio.wait({self._task}, timeout=deadline.remaining_seconds)
        except asyncio.CancelledError:
            self._dropped = self._waiting == 1
            raise
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._task.cancel()
        return self._result()

    async def _run(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline.at_seconds):
                await self._survey.run()
        except TimeoutError:
            pass  # who has not answered is out of time, which closing says
        self._survey.close()

    def _result(self) -> Snapshot:
        if self._task.done() and self._survey.final is None:
            self._task.result()
        if self._waiting == 0 or self._deadline.passed:
            self._survey.close()
        return self._survey.snapshot()
