"""tests.canaries: the search for leaks finds them."""

import base64

import pytest

from tests.canaries import leaks
from tests.conftest import pytest_runtest_makereport

SECRET = "s3cr3t/+value"


@pytest.mark.parametrize(
    "written", [SECRET, base64.b64encode(SECRET.encode()).decode(), "s3cr3t%2F%2Bvalue", "…cr3t/+va…"]
)
def test_a_leak_is_found_however_it_is_written(written: str) -> None:
    """Raw, base64, URL-encoded and in part."""
    assert leaks(f"level=debug msg={written} more", [SECRET])


def test_what_is_no_leak_is_not_called_one() -> None:
    """Seven characters in a row prove nothing."""
    assert leaks("s3cr3t/ +value", [SECRET]) == []


@pytest.mark.parametrize(("logged", "outcome"), [("token CANARY-1", "failed"), ("token refreshed", "passed")])
def test_the_watch_over_all_outputs_bites(request: pytest.FixtureRequest, logged: str, outcome: str) -> None:
    """A test that passes but logs a canary fails by that."""
    sections = [("Captured log call", logged)]
    report = pytest.TestReport("a test", ("", 0, ""), {}, "passed", None, "call", sections)
    watching = pytest_runtest_makereport(request.node)
    next(watching)
    with pytest.raises(StopIteration):
        watching.send(report)
    assert report.outcome == outcome
