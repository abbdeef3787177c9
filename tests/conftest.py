"""Fixtures that every room's tests share. Async tests run on virtual time unless their module asks for real sockets."""

import logging
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from exporter.clock import Clock
from tests.canaries import sightings
from tests.conduct import CONDUCT
from tests.departures import DEPARTURES
from tests.states import load_profile
from tests.virtual_time import virtual_backend, virtual_clock

load_profile()


def pytest_configure() -> None:
    """Hear of every request that a simulated tenant answers, and nobody else: there are many."""
    told = logging.getLogger("exporter.simulator")
    told.setLevel(logging.DEBUG)
    told.addFilter(DEPARTURES.swallow)


@pytest.fixture(autouse=True)
def _departures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which anything left the exporter but the token request and the documented reads."""
    yield
    DEPARTURES.settle(request.node.nodeid)


@pytest.fixture(autouse=True)
def _conduct(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which an exporter sent a simulated tenant more than it may, or anything in a back-off."""
    yield
    CONDUCT.settle(request.node.nodeid)


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
