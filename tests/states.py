"""What state machines share: a loop of their own whose time leaps, and how far they are to go.

``HYPOTHESIS_PROFILE=trust`` lets every property of the suite without a number of its own go further; the machines go
further under the marker ``trust``.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine

from exporter.clock import Clock
from tests.virtual_time import EPOCH_SECONDS, VirtualTimeLoop

__all__ = ["EFFORTS", "Flow", "load_profile"]

T = TypeVar("T")

PROFILES = {
    "default": settings(),
    "trust": settings(max_examples=2_000, deadline=None, print_blob=True),
}

_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

EFFORTS = [
    pytest.param(settings(_MACHINE, max_examples=50, stateful_step_count=30), id="ordinary"),
    pytest.param(
        settings(_MACHINE, max_examples=500, stateful_step_count=100, print_blob=True),
        id="trust",
        marks=pytest.mark.trust,
    ),
]
"""For the parameter ``effort`` of a test that runs a machine."""

_ROUNDS = 12
"""Of the loop, in which all that is due at one moment gets done."""

_PATIENCE_SECONDS = 1e7
"""On the virtual clock: whatever takes longer hangs."""


def load_profile() -> None:
    """Let hypothesis try as hard as the environment says."""
    for name, profile in PROFILES.items():
        settings.register_profile(name, profile)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class Flow(RuleBasedStateMachine):
    """A machine over coroutines: time passes only when a rule lets it, and what was started goes on meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop()
        self.clock = Clock(self.loop.time, lambda: EPOCH_SECONDS + self.loop.time())
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def now(self) -> float:
        """The monotonic clock."""
        return self.loop.time()

    def run(self, awaitable: Awaitable[T]) -> T:
        """Let time pass until it is done, and be that never."""
        return self.loop.run_until_complete(asyncio.wait_for(awaitable, _PATIENCE_SECONDS))

    def start(self, call: Callable[[], Awaitable[None]]) -> None:
        """Begin what goes on while other rules run; an assertion that it fails is raised by ``sleep``."""
        self._tasks.append(self.loop.create_task(_of(call)))
        self.sleep(0.0)

    def hang_up(self, number: int) -> None:
        """Cancel one of those that are under way, if there are any."""
        running = self.running
        if running:
            running[number % len(running)].cancel()

    @property
    def running(self) -> list[asyncio.Task[Any]]:
        """What was started and has not ended."""
        return [task for task in self._tasks if not task.done()]

    def sleep(self, seconds: float) -> None:
        """Let time pass, then see what became of what was started, once all is done that is due by then."""
        self.run(_slept(seconds))
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            if not task.cancelled():
                task.result()

    def teardown(self) -> None:
        """End everything, and see that it can be ended."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.sleep(1.0)
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()


async def _slept(seconds: float) -> None:
    await asyncio.sleep(seconds)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


async def _of(call: Callable[[], Awaitable[None]]) -> None:
    await call()
