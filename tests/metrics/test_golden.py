"""The whole page, word for word: ``pytest tests/metrics --update-golden`` rewrites what is compared here."""

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

from exporter.api.calls import ApiState, Call
from exporter.errors import Reason
from exporter.metrics import Format, Pages, Telemetry
from tests.metrics.snapshots import ACME, EPOCH_SECONDS, SANDBOX

OF_THE_LIBRARY = re.compile(r"^(# (HELP|TYPE) )?(process|python)_.*\n", re.MULTILINE)
PYTHON_VERSION = re.compile(r'(?<=python_version=")[^"]*')


@pytest.fixture
def page(telemetry: Telemetry, pages: Pages) -> Callable[[Format], str]:
    """Renders a page with something of everything."""
    observer = telemetry.observer("acme")
    observer.call_finished(Call("token", "POST", "/oauth/token", 0.2, 200, clock_skew_seconds=-1.5))
    observer.token_refreshed(EPOCH_SECONDS + 720)
    observer.call_finished(Call("managed_client_status", "GET", "/x", 0.03, 200, deprecated=False))
    observer.call_finished(Call("managed_client_status", "GET", "/x", 0.04, 429, Reason.RATE_LIMITED, deprecated=True))
    telemetry.observer("acme-sb").call_finished(Call("token", "POST", "/oauth/token", 2.0, None, Reason.CONNECT))
    telemetry.observer("acme-sb").token_refresh_failed(Reason.CONNECT)
    telemetry.register_tenant("acme", lambda: ApiState(50, 3, 4.5, EPOCH_SECONDS + 720))
    telemetry.register_tenant("acme-sb", lambda: ApiState(50, 0, 0.0, None))
    return lambda fmt: pages.render((ACME, SANDBOX), fmt).body.decode()


def masked(text: str) -> str:
    """The page without what differs between two machines and two moments."""
    return PYTHON_VERSION.sub("x.y.z", OF_THE_LIBRARY.sub("", text))


@pytest.mark.parametrize(("fmt", "name"), [(Format.TEXT, "page.txt"), (Format.OPENMETRICS, "page.openmetrics.txt")])
def test_the_page_is_the_golden_one(
    page: Callable[[Format], str], fmt: Format, name: str, equals_golden: Callable[[str, str], None]
) -> None:
    """Names, labels, HELP, TYPE, order and values change on purpose only: dashboards and alerts hang on them."""
    equals_golden(masked(page(fmt)), name)


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing: apt-get install prometheus")
def test_promtool_has_nothing_to_say(page: Callable[[Format], str]) -> None:
    """Prometheus' own lint is silent about every name, unit suffix and HELP."""
    command = [str(PROMTOOL), "check", "metrics"]
    lint = subprocess.run(command, input=page(Format.TEXT), capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout + lint.stderr) == (0, "")
