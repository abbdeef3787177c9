"""An event loop whose time leaps: whatever waits is next, and no test waits for real."""

import asyncio
import contextlib
import selectors
from collections.abc import Mapping
from selectors import SelectorKey
from typing import Any

from exporter.clock import Clock

EPOCH_SECONDS = 1_800_000_000.0
"""The wall clock's reading when a virtual loop's clock reads 0."""


class _LeapingSelector(selectors.DefaultSelector):
    now_seconds = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is None:  # nothing is scheduled: only a thread or a socket can wake the loop
            return super().select(5.0)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.now_seconds += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A selector loop that skips the time in which nothing would happen."""

    def __init__(self) -> None:
        self._leaping = _LeapingSelector()
        super().__init__(self._leaping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """The virtual monotonic clock, in seconds."""
        return self._leaping.now_seconds


class _LoopTime:
    """The time of the loop that runs; in a thread, of the one that ran last."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> float:
        with contextlib.suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()
        assert self._loop is not None
        return self._loop.time()


def virtual_clock() -> Clock:
    """The clock of whatever loop is running when it is read."""
    seconds = _LoopTime()
    return Clock(monotonic_seconds=seconds, epoch_seconds=lambda: EPOCH_SECONDS + seconds())


def virtual_backend() -> tuple[str, Mapping[str, Any]]:
    """What anyio's plugin needs to run a test on virtual time."""
    return "asyncio", {"loop_factory": VirtualTimeLoop}
