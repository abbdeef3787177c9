"""The only place for what a process owes its system: signals, core dumps, the event loop's last words."""

import contextlib
import logging
import resource
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.errors import SettingsError

if TYPE_CHECKING:
    import asyncio

__all__ = ["leave_no_core", "on_hangup", "prepare", "run", "stop_event"]

Result = TypeVar("Result")

logger = logging.getLogger("exporter.process")

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def leave_no_core() -> None:
    """A crash leaves no image of the memory, which may hold a secret."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def prepare() -> None:
    """Make the process one that may run for months: an orderly end from the start.

    As PID 1 of a container a process only receives the signals it has handlers for.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in _STOPPING:
        signal.signal(number, lambda *_: sys.exit(0))


def stop_event() -> "asyncio.Event":
    """An event that SIGTERM and SIGINT set from now on; to be called before anything is listened on."""
    import asyncio  # noqa: PLC0415 - see run

    stop = asyncio.Event()
    for number in _STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def on_hangup(reload: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """From now on SIGHUP reloads; what is wrong with the configuration has been logged by then, and ends nothing."""
    import asyncio  # noqa: PLC0415 - see run

    loop, reloads = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def quietly() -> None:
        with contextlib.suppress(SettingsError):
            await reload()

    def start() -> None:
        task = loop.create_task(quietly())
        reloads.add(task)  # the loop itself holds on to no task
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, start)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a command on a loop that looks names up on its own, and tells of unhandled errors without their texts."""
    import asyncio  # noqa: PLC0415 - a quarter of the health check's start, which has no use for it

    from exporter.api.lookup import LookupLoop  # noqa: PLC0415 - imports asyncio

    with asyncio.Runner(loop_factory=LookupLoop) as runner:
        runner.get_loop().set_exception_handler(_unhandled)
        return runner.run(main)


def _unhandled(_loop: "asyncio.AbstractEventLoop", context: dict[str, Any]) -> None:
    # The context's own message shows the arguments of callbacks.
    logger.error("Unhandled error in the event loop", exc_info=context.get("exception"))
