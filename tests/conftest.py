"""Fixtures that every room's tests share. Async tests run on virtual time unless their module asks for real sockets."""

from collections.abc import Generator
from typing import Any

import pytest

from exporter.clock import Clock
from tests.canaries import sightings
from tests.states import load_profile
from tests.virtual_time import virtual_backend, virtual_clock

load_profile()


@pytest.fixture
def anyio_backend() -> Any:
    """Virtual time; a test module on real sockets overrides this fixture with ``"asyncio"``."""
    return virtual_backend()


@pytest.fixture
def clock() -> Clock:
    """The running loop's clock."""
    return virtual_clock()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output or log, at any level, contains a canary, however it is written."""
    report = yield
    leaking = {section: found for section, text in report.sections if (found := sightings(text))}
    if leaking and report.outcome == "passed":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: canaries are let out: {leaking}"
    return report
