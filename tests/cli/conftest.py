"""What the tests of commands share: a simulated tenant in another process, and the process put back as it was."""

import logging
import signal
from collections.abc import Iterator

import pytest

from tests.whole.processes import simulated_tenant


@pytest.fixture(scope="session")
def tenant() -> Iterator[dict[str, str]]:
    """The variables of a simulated tenant."""
    with simulated_tenant("--clients=3", "--rate-limit=0") as environ:
        yield environ


@pytest.fixture(autouse=True)
def _logging_put_back() -> Iterator[None]:
    """Commands set up the whole process' logging."""
    root, raising = logging.getLogger(), logging.raiseExceptions
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.raiseExceptions = raising


@pytest.fixture(autouse=True)
def _signals_put_back() -> Iterator[None]:
    """Commands that run for long take the signals that end them."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
