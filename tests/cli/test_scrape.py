"""One collection from the command line, against a simulated tenant in another process."""

import re

import pytest

from exporter.api.calls import Call
from exporter.cli.scrape import CallPrinter
from exporter.errors import Reason
from tests.cli.commands import Result, invoke


def scrape(*args: str, **environ: str) -> Result:
    """The command, run in this process."""
    return invoke("scrape", *args, **environ)


def test_page_is_on_stdout(tenant: dict[str, str]) -> None:
    """One page in the text format, nothing else on stdout, and exit status 0."""
    result = scrape(**tenant)
    assert result.exit_code == 0
    assert result.stdout.startswith("# HELP ")
    assert result.stdout.count("sailpoint_managed_client_fetch_success{") == 3
    assert result.stderr == ""


def test_debug_tells_of_each_call_on_stderr(tenant: dict[str, str]) -> None:
    """Each call is a line with its path template, status, duration, reason and tracking id, without ids or secrets."""
    result = scrape("--debug", **tenant)
    lines = result.stderr.splitlines()
    calls = r"(POST /oauth/token|GET /managed-clusters/v1|GET /managed-clients/v1/\{id\}/status)"
    pattern = calls + r" status=200 duration=\d+\.\d{3}s reason=-"
    assert len(lines) == 5
    assert all(re.fullmatch(pattern + r" tracking_id=\w+", line) for line in lines)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"SAIL_BASE_URL": "http://127.0.0.1:9"}, "connect"),
        ({"SAIL_CLIENT_SECRET": "CANARY"}, "token_rejected"),
        ({"SAIL_MANAGED_CLIENTS": "unknown"}, "not_found"),
    ],
)
def test_tenant_that_cannot_be_read_ends_it_with_status_1(
    tenant: dict[str, str], change: dict[str, str], reason: str
) -> None:
    """Without any reading there still is a page, which has the reason, and the exit status is 1."""
    result = scrape(**(tenant | change))
    assert result.exit_code == 1
    assert f'reason="{reason}"' in result.stdout
    assert "CANARY" not in result.output


def test_one_client_that_was_read_is_enough(tenant: dict[str, str]) -> None:
    """One failure among the clients is what the page tells, not a failure of the command."""
    result = scrape(**(tenant | {"SAIL_MANAGED_CLIENTS": tenant["SAIL_MANAGED_CLIENTS"] + ",unknown"}))
    assert result.exit_code == 0


def test_call_without_an_answer_has_dashes(capsys: pytest.CaptureFixture[str]) -> None:
    """What there was not is a dash; tokens add no line of their own."""
    printer = CallPrinter()
    printer.token_refreshed(0.0)
    printer.token_refresh_failed(Reason.DNS)
    printer.call_finished(Call("token", "POST", "/oauth/token", 0.0014, reason=Reason.DNS))
    assert capsys.readouterr().err == "POST /oauth/token status=- duration=0.001s reason=dns tracking_id=-\n"
