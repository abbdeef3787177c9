"""Fixtures of the metrics room, and the switch that rewrites its golden pages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.metrics import Pages, Telemetry
from tests.metrics.snapshots import CLOCK

GOLDEN = Path(__file__).parents[1] / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/metrics --update-golden`` writes what it would otherwise compare."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/ instead of comparing")


@pytest.fixture
def telemetry() -> Telemetry:
    """Telemetry that has seen nothing."""
    return Telemetry(clock=CLOCK, version="1.2.3", revision="0abc")


@pytest.fixture
def pages(telemetry: Telemetry) -> Pages:
    """Pages over the telemetry."""
    return Pages(telemetry, CLOCK)


@pytest.fixture
def equals_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name, or rewrites it."""

    def compare(text: str, name: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert text == path.read_text(), "changed on purpose? pytest tests/metrics --update-golden"

    return compare
