"""Fixtures that every room's tests share. Async tests run on virtual time unless their module asks for real sockets."""

from typing import Any

import pytest

from exporter.clock import Clock
from tests.virtual_time import virtual_backend, virtual_clock


@pytest.fixture
def anyio_backend() -> Any:
    """Virtual time; a test module on real sockets overrides this fixture with ``"asyncio"``."""
    return virtual_backend()


@pytest.fixture
def clock() -> Clock:
    """The running loop's clock."""
    return virtual_clock()
