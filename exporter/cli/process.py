"""The only place for what a process owes its system: signals, core dumps, the event loop's last words."""

import logging
import resource
import signal
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

__all__ = ["prepare", "run", "stop_event"]

Result = TypeVar("Result")

logger = logging.getLogger("exporter.process")

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def prepare() -> None:
    """Make the process one that may run for months: no core dump with a secret in it, an orderly end from the start.

    As PID 1 of a container a process only receives the signals it has handlers for.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
