"""Departures: every request that leaves the exporter in any test, as the tenants that got it tell.

Simulated tenants tell of each request in their log: those in this process are heard at once, those in a process that
a test runs (``simulate --debug``) by what they write. What scripted tenants get, they note themselves. After each test
the fixture in ``tests/conftest.py`` refuses everything that is not listed here.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

__all__ = ["DEPARTURES", "READS", "TOKEN", "UPDATE", "Departure", "Departures", "allowed", "template_of"]


class Departure(NamedTuple):
    """One kind of request; the path has ``{id}`` in place of ids, and is empty where the tenant knows no such path."""

    method: str
    path_template: str


TOKEN = Departure("POST", "/oauth/token")
READS = frozenset(
    Departure("GET", path)
    for path in [
        "/oauth/info",
        *(f"/{generation}/managed-clients" for generation in ("v2026", "v2025", "v2024", "v3")),
        *(f"/{generation}/managed-clients/{{id}}/health-indicators" for generation in ("v2026", "v2025")),
        *(f"/{generation}/managed-clients/{{id}}/status" for generation in ("v2026", "v2025", "v2024", "v3", "beta")),
        *(f"/{generation}/managed-clusters" for generation in ("v2026", "v2025", "v2024", "v3", "beta")),
        "/managed-clients/v1",
        "/managed-clients/v1/{id}/health-indicators",
        "/managed-clients/v1/{id}/status",
        "/managed-clusters/v1",
    ]
)
"""The documented reads."""

UPDATE = Departure("POST", "/beta/managed-clients/{id}/status")

_OF_STATUS_UPDATE = (
    "tests/cli/test_status.py::test_update_reports_and_prints_the_answer",
    "tests/api/test_tenant.py::test_a_report_is_always_posted_to_beta",
    "tests/whole/test_scrape.py::test_the_heartbeat_moves_the_age",
)
"""The tests of ``status update``, which alone may write."""

_OF_THE_TENANT = ("tests/simulator/", "tests/cli/test_simulation.py", "tests/api/test_outbound.py")
"""Tests that ask the simulated tenant themselves, without an exporter, or have operations of their own."""

_TOLD = re.compile(r"component=exporter\.simulator msg=Answered method=(\S+) path_template=\"*([^\s\"]*)")


def allowed(test: str) -> frozenset[Departure] | None:
    """What may leave the exporter in a test, by the test's name; None where the exporter does not ask."""
    if test.startswith(_OF_THE_TENANT):
        return None
    return READS | {TOKEN} | ({UPDATE} if test.startswith(_OF_STATUS_UPDATE) else set())


def template_of(path: str) -> str:
    """The template of a path that may be asked for; any other path as it is."""
    templates = {departure.path_template for departure in READS | {TOKEN, UPDATE}}
    fitting = (each for each in templates if re.fullmatch(each.replace("{id}", "(?!v1$)[^/]+"), path))
    return next(fitting, path)


class Departures:
    """Hears of requests, from wherever they are told."""

    def __init__(self) -> None:
        self._noted: set[Departure] = set()
        self._followed: list[IO[str]] = []

    def swallow(self, record: logging.LogRecord) -> bool:
        """A simulated tenant in this process has answered; as a filter of its log, this lets nobody else know."""
        fields = record.__dict__["fields"]
        self._noted.add(Departure(fields["method"], fields["path_template"]))
        return False

    def note(self, method: str, path: str) -> None:
        """A scripted tenant got a request."""
        self._noted.add(Departure(method, template_of(path)))

    @contextmanager
    def following(self, written: Path) -> Iterator[None]:
        """Hears what a process writes of requests until the block ends."""
        with written.open(encoding="utf-8", errors="replace") as lines:
            self._followed.append(lines)
            try:
                yield
            finally:
                self._hear(lines)
                self._followed.remove(lines)

    def taken(self) -> frozenset[Departure]:
        """What left since this was last asked."""
        for lines in self._followed:
            self._hear(lines)
        taken = frozenset(self._noted)
        self._noted.clear()
        return taken

    def settle(self, test: str) -> None:
        """At the end of a test.

        Raises:
            AssertionError: something left that may not leave in this test.
        """
        left, may_leave = self.taken(), allowed(test)
        assert may_leave is None or left <= may_leave, f"left the exporter: {sorted(left - may_leave)}"

    def _hear(self, lines: IO[str]) -> None:
        self._noted |= {Departure(*told) for told in _TOLD.findall(lines.read())}


DEPARTURES = Departures()
"""What the whole test run hears."""
