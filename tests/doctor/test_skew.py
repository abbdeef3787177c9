"""Clocks that disagree."""

import pytest

from exporter.doctor.finding import Result
from exporter.doctor.skew import agreed


@pytest.mark.parametrize(
    ("skew_seconds", "result", "detail"),
    [
        (None, Result.SKIPPED, "no answer told the tenant's time"),
        (0.2, Result.OK, "within 1 s of the tenant's"),
        (-30.0, Result.OK, "within 30 s of the tenant's"),
        (31.0, Result.WARNING, "31 s behind the tenant's"),
        (-300.0, Result.WARNING, "300 s ahead of the tenant's"),
        (301.0, Result.PROBLEM, "301 s behind the tenant's"),
    ],
)
def test_half_a_minute_warns_and_five_minutes_are_too_much(
    skew_seconds: float | None, result: Result, detail: str
) -> None:
    """The skew is the tenant's clock minus ours: positive when ours is behind."""
    finding = agreed(skew_seconds)
    assert (finding.result, finding.detail) == (result, detail)
