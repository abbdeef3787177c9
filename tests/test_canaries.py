"""tests.canaries: the search for leaks finds them, and runs over the output of every test."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from exporter.simulator.app import DEMO_CREDENTIAL
from exporter.simulator.tokens import Tokens
from tests.canaries import PLANTED, clean, leaks, planted_in, sightings
from tests.conftest import pytest_runtest_makereport

SECRET = "s3cr3t/+value"

WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "any eight characters": lambda secret: f"…{secret[5:13]}…",
    "its end": lambda secret: secret[-8:],
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 behind one octet": lambda secret: base64.b64encode(b":" + secret.encode()).decode(),
    "base64 behind a user's name": lambda secret: base64.b64encode(b"user:" + secret.encode() + b"\n").decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "a piece of base64": lambda secret: base64.b64encode(secret.encode()).decode()[9:17],
    "in a URL": lambda secret: f"http://user:{quote(secret, safe='')}@proxy/",
    "in a form": lambda secret: f"a=b&client_secret={quote_plus(secret)}&c=d",
    "repr": repr,
    "repr of octets": lambda secret: repr(secret.encode()),
    "ascii": ascii,
    "JSON": json.dumps,
    "logfmt": lambda secret: f"msg={json.dumps(secret, ensure_ascii=False)}",
    "HTML": html.escape,
}
"""Ways in which a leak may be written."""


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_however_it_is_written(kind: str, write: Callable[[str], str]) -> None:
    """Whatever is planted is found by its pieces alone: the word that marks canaries is not needed for it."""
    written = write(PLANTED[kind].removeprefix("canary-"))
    assert leaks(f"level=debug msg=before{written}after more", PLANTED.values())
    with pytest.raises(AssertionError, match="secrets were let out"):
        clean(f"level=debug msg=before{written}after more")


@pytest.mark.parametrize("mark", ["canary", "CANARY", "Canary", "cAnArY"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_whatever_bears_the_mark_is_found(mark: str, before: str) -> None:
    """A secret that nobody listed is found by its mark, in base64 too where the mark is written in a usual case."""
    assert sightings(f"x={mark}-4711")
    encoded = base64.b64encode(f"{before}{mark}-4711".encode()).decode()
    assert bool(sightings(f"x={encoded}")) is (mark in {"canary", "CANARY", "Canary"})


def test_the_simulated_tenant_s_tokens_are_planted() -> None:
    """Every token that it gives begins with what is planted."""
    tokens = Tokens(org="acme", lifetime_seconds=60, epoch_seconds=lambda: 0.0)
    assert tokens.issue(DEMO_CREDENTIAL)["access_token"].startswith(PLANTED["access token"])


@pytest.mark.parametrize("output", ["s3cr3t/ +value", "level=info msg=Listening address=127.0.0.1:9854", ""])
def test_what_is_no_leak_is_not_called_one(output: str) -> None:
    """Seven characters in a row prove nothing."""
    assert leaks(output, [SECRET]) == []
    assert clean(output, SECRET) == output


def test_a_short_secret_is_found_as_a_whole() -> None:
    """A secret of fewer than eight characters has no pieces."""
    assert leaks("before/p4ss+after", ["/p4ss+"]) == ["/p4ss+"]
    assert leaks("before/p4ss after", ["/p4ss+"]) == []


def test_a_process_secrets_are_known_by_its_environment() -> None:
    """The client secret, and the passwords of the proxies, as they are behind their encoding in a URL."""
    environ = {
        "SAIL_CLIENT_SECRET": SECRET,
        "SAIL_CLIENT_ID": "an-identifier",
        "HTTPS_PROXY": "http://user:pass%2Dw0rd%2d1@proxy:3128",
        "all_proxy": "user:pass-w0rd-2@proxy",
        "SAIL_PROXY_URL": "http://proxy",
    }
    assert planted_in(environ) == [SECRET, "pass-w0rd-1", "pass-w0rd-2"]


@pytest.mark.parametrize("logged", [None, *(write(PLANTED["client secret"]) for write in WRITTEN.values())])
def test_the_watch_over_all_outputs_bites(request: pytest.FixtureRequest, logged: str | None) -> None:
    """A test that passes but logs a canary, however it is written, fails by that."""
    sections = [("Captured log call", f"token {logged} refreshed")]
    report = pytest.TestReport("a test", ("", 0, ""), {}, "passed", None, "call", sections)
    watching = pytest_runtest_makereport(request.node)
    next(watching)
    with pytest.raises(StopIteration):
        watching.send(report)
    assert report.outcome == ("failed" if logged else "passed")
