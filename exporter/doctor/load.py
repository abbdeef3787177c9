"""The only place that says whether the rate budget is enough for the fleet and the scrape interval."""

import math
from dataclasses import dataclass

from exporter.api.budget import WINDOW_SECONDS
from exporter.collect.pace import list_calls, smallest_safe_interval_seconds
from exporter.doctor.finding import Finding, Result, Step, skipped

__all__ = ["VENDOR_LIMIT", "Load", "affordable"]

VENDOR_LIMIT = 100
"""Calls in 10 s for each OAuth client and API generation (developer.sailpoint.com, "Rate Limits")."""

_DEFAULT_SCRAPE_TIMEOUT_SECONDS = 10.0
"""Prometheus', when none is configured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What each scrape wants to ask.

    Attributes:
        per_client: calls about each client: its status, its health.
        listed: whether the list of clients may be used, which has every status in a call for each 250.
        discovers: whether that list is asked for in any case.
        clusters: how many there are; None when they are not asked for.
    """

    clients: int
    per_client: int
    listed: bool
    discovers: bool
    clusters: int | None

    @property
    def most_calls(self) -> int:
        """Calls that everything takes."""
        lists = (self.discovers and self.listed) * list_calls(self.clients)
        return max(1, self.clients * self.per_client + lists + self._cluster_calls)

    @property
    def least_calls(self) -> int:
        """Calls without which a status is missing."""
        return list_calls(self.clients) + self._cluster_calls if self.listed else self.most_calls

    @property
    def _cluster_calls(self) -> int:
        return 0 if self.clusters is None else list_calls(self.clusters)


def affordable(load: Load | None, *, rate_budget: int, interval_seconds: float, max_duration_seconds: float) -> Finding:
    """Whether a scrape in each interval stays within the budget, and how long an interval must be for that."""
    if load is None:
        return skipped(Step.BUDGET, "not known how many managed clients there are")
    if rate_budget > VENDOR_LIMIT:
        detail = f"SAIL_RATE_BUDGET is {rate_budget}, the vendor's limit is {VENDOR_LIMIT} calls per 10 s"
        return Finding(Step.BUDGET, Result.PROBLEM, detail, f"set SAIL_RATE_BUDGET to {VENDOR_LIMIT} at most")
    costs = _Costs(load.most_calls, rate_budget)
    detail = costs.told(interval_seconds)
    longest_seconds = min(interval_seconds, max_duration_seconds)
    if costs.interval_seconds <= interval_seconds and costs.timeout_seconds <= longest_seconds:
        return _timely(detail, costs.timeout_seconds)
    remedy = _remedy(costs, max_duration_seconds)
    if _Costs(load.least_calls, rate_budget).interval_seconds <= interval_seconds and load.listed:
        renewed = math.ceil(load.most_calls / rate_budget)
        detail = f"{detail}; every status in every scrape, each client's details about every {renewed} scrapes"
        return Finding(Step.BUDGET, Result.WARNING, detail, f"to have all details each time, {remedy}")
    return Finding(Step.BUDGET, Result.PROBLEM, detail, remedy)


@dataclass(frozen=True, slots=True)
class _Costs:
    calls: int
    rate_budget: int

    @property
    def interval_seconds(self) -> int:
        """The shortest in which these calls fit the budget."""
        return smallest_safe_interval_seconds(self.calls, self.rate_budget)

    @property
    def timeout_seconds(self) -> float:
        """What the last of these calls has to wait for, and a second to be answered."""
        return (math.ceil(self.calls / self.rate_budget) - 1) * WINDOW_SECONDS + 1.0

    def told(self, interval_seconds: float) -> str:
        per_window = self.calls * WINDOW_SECONDS / interval_seconds
        return (
            f"a scrape takes {self.calls} calls; every {interval_seconds:g} s that is {per_window:.1f} per 10 s, of "
            f"{self.rate_budget} in the budget and {VENDOR_LIMIT} at the vendor; smallest safe interval "
            f"{self.interval_seconds} s"
        )


def _timely(detail: str, timeout_seconds: float) -> Finding:
    if timeout_seconds < _DEFAULT_SCRAPE_TIMEOUT_SECONDS:
        return Finding(Step.BUDGET, Result.OK, detail)
    remedy = f"set scrape_timeout in Prometheus to {timeout_seconds:.0f} s or more, or raise SAIL_RATE_BUDGET"
    return Finding(Step.BUDGET, Result.WARNING, detail, remedy)


def _remedy(costs: _Costs, max_duration_seconds: float) -> str:
    ways = [f"scrape every {costs.interval_seconds} s or less often"]
    if costs.rate_budget < VENDOR_LIMIT:
        ways.append(f"raise SAIL_RATE_BUDGET up to {VENDOR_LIMIT}")
    if costs.timeout_seconds > max_duration_seconds:
        ways.append(f"let a scrape take {costs.timeout_seconds:.0f} s (scrape_timeout, SAIL_SCRAPE__MAX_DURATION)")
    return "; ".join(ways)
