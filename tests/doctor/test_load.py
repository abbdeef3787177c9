"""What a scrape costs against the budget, the interval and the time it may take."""

import pytest

from exporter.doctor.finding import Result
from exporter.doctor.load import VENDOR_LIMIT, Load, affordable


def load(clients: int, *, listed: bool = False, per_client: int = 1, clusters: int | None = None) -> Load:
    """A fleet of configured clients."""
    return Load(clients, per_client, listed, discovers=False, clusters=clusters)


@pytest.mark.parametrize(
    ("wanted", "most", "least"),
    [
        (load(12), 12, 12),
        (load(12, clusters=3), 13, 13),
        (load(12, per_client=2, clusters=3), 25, 25),
        (load(249, listed=True), 249, 1),
        (load(250, listed=True, clusters=250), 252, 4),
        (Load(1000, 1, listed=True, discovers=True, clusters=40), 1006, 6),
        (Load(1000, 1, listed=False, discovers=True, clusters=None), 1000, 1000),
        (load(0, per_client=0), 1, 1),
    ],
)
def test_calls_of_a_scrape(wanted: Load, most: int, least: int) -> None:
    """One for each client and collector, one for each 250 of a list and its end; a list has every status."""
    assert (wanted.most_calls, wanted.least_calls) == (most, least)


@pytest.mark.parametrize(
    ("wanted", "rate_budget", "interval_seconds", "max_duration_seconds", "result", "remedy"),
    [
        (load(50), 50, 60.0, 30.0, Result.OK, ""),
        (load(50), 50, 10.0, 30.0, Result.OK, ""),
        (load(51), 50, 60.0, 30.0, Result.WARNING, "set scrape_timeout in Prometheus to 11 s or more"),
        (load(150), 50, 60.0, 30.0, Result.WARNING, "set scrape_timeout in Prometheus to 21 s or more"),
        (
            load(151),
            50,
            60.0,
            30.0,
            Result.PROBLEM,
            "let a scrape take 31 s (scrape_timeout, SAIL_SCRAPE__MAX_DURATION",
        ),
        (load(60), 50, 10.0, 30.0, Result.PROBLEM, "scrape every 12 s or less often; raise SAIL_RATE_BUDGET up to 100"),
        (load(200), 100, 10.0, 30.0, Result.PROBLEM, "scrape every 20 s or less often"),
        (load(1000, listed=True), 100, 60.0, 30.0, Result.WARNING, "to have all details each time"),
        (load(1000, listed=True), 2, 10.0, 30.0, Result.PROBLEM, "scrape every 5000 s"),
        (load(1), 101, 60.0, 30.0, Result.PROBLEM, "set SAIL_RATE_BUDGET to 100 at most"),
    ],
)
def test_what_is_afforded(  # noqa: PLR0913, PLR0917 - a table
    wanted: Load, rate_budget: int, interval_seconds: float, max_duration_seconds: float, result: Result, remedy: str
) -> None:
    """Enough, enough when the scrape may take longer, enough for every status, or not enough; with what helps."""
    finding = affordable(
        wanted,
        rate_budget=rate_budget,
        interval_seconds=interval_seconds,
        max_duration_seconds=max_duration_seconds,
    )
    assert finding.result is result
    assert remedy in finding.remedy


def test_costs_are_told_against_both_limits() -> None:
    """Calls per 10 s, the budget, the vendor's limit and the smallest safe interval stand in every finding."""
    detail = affordable(load(60), rate_budget=50, interval_seconds=60.0, max_duration_seconds=30.0).detail
    assert detail == (
        "a scrape takes 60 calls; every 60 s that is 10.0 per 10 s, of 50 in the budget and "
        f"{VENDOR_LIMIT} at the vendor; smallest safe interval 12 s"
    )


def test_lagging_details_are_told() -> None:
    """When only the list fits, the row says how often each client's details are renewed."""
    finding = affordable(load(1000, listed=True), rate_budget=100, interval_seconds=60.0, max_duration_seconds=30.0)
    assert "each client's details about every 10 scrapes" in finding.detail


def test_unknown_fleet_costs_nobody_knows_what() -> None:
    """Without a list, discovery cannot be reckoned with."""
    finding = affordable(None, rate_budget=50, interval_seconds=60.0, max_duration_seconds=30.0)
    assert finding.result is Result.SKIPPED
