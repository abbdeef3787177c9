"""What the real process lets out, at its most talkative: never a secret, however it is written."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.whole.processes import Program, clean_environment, fetched, free_port, page, running, simulated_tenant

PATHS = ("/metrics", "/", "/-/healthy", "/nowhere", "/metrics?name[]=up&secret=1", "/metrics?tenant=other")


@pytest.fixture(scope="module")
def tenant() -> Iterator[dict[str, str]]:
    """A simulated tenant in a process of its own."""
    with simulated_tenant() as variables:
        yield variables


def _let_out(served: Program, port: int) -> str:
    page(port)
    answers = [fetched(f"http://127.0.0.1:{port}{path}", Authorization="Basic eDp5") for path in PATHS]
    command_line = (Path("/proc") / str(served.process.pid) / "cmdline").read_text()
    served.end()
    return json.dumps(answers) + command_line + served.output


@pytest.mark.parametrize(
    ("log_format", "secret", "credential_is_good"),
    [*itertools.product(["logfmt", "json"], ["demo-secret"], [True]), ("logfmt", "wr0ng/+&canary=secret", False)],
)
def test_no_secret_leaves_the_process(
    tenant: dict[str, str], log_format: str, secret: str, *, credential_is_good: bool
) -> None:
    """Neither the client secret nor an access token is on a page, in a log line or among the arguments."""
    port = free_port()
    variables = tenant | {"SAIL_CLIENT_SECRET": secret}
    flags = [f"--web.listen-address=127.0.0.1:{port}", "--log.level=debug", f"--log.format={log_format}"]
    with running(flags, clean_environment(**variables)) as served:
        output = _let_out(served, port)
    assert ("token_rejected" in output) is not credential_is_good
    assert leaks(output, [secret]) == []
    assert "eyJ" not in output  # how every JSON Web Token begins


def test_scrape_debug_shows_calls_but_no_secret(tenant: dict[str, str]) -> None:
    """The command that explains most explains no secret."""
    with running(["scrape", "--debug", "--log.level=debug"], clean_environment(**tenant)) as scraped:
        assert scraped.process.wait(timeout=30) == 0
        output = scraped.output
    assert "/oauth/token" in output
    assert leaks(output, [tenant["SAIL_CLIENT_SECRET"]]) == []
    assert "eyJ" not in output
