"""The only place that reckons what scrapes cost: calls in a window of the rate limit, at the pace of the scrapes."""

import math
from collections import deque

from exporter.api.budget import WINDOW_SECONDS
from exporter.api.listing import PAGE_RECORDS

__all__ = ["Pace", "list_calls", "smallest_safe_interval_seconds"]

REMEMBERED_CYCLES = 6


def list_calls(entries: int) -> int:
    """Calls that a list takes: it ends with the first page that is not full."""
    return entries // PAGE_RECORDS + 1


def smallest_safe_interval_seconds(calls: int, rate_budget: int) -> int:
    """The shortest time between cycles of so many calls each in which the budget has room for all of them."""
    return math.ceil(calls * WINDOW_SECONDS / rate_budget)


class Pace:
    """How often cycles begin; the last few count."""

    def __init__(self) -> None:
        self._began_seconds: deque[float] = deque(maxlen=REMEMBERED_CYCLES)

    def began(self, now_seconds: float) -> None:
        """A cycle begins, at this moment of the monotonic clock."""
        self._began_seconds.append(now_seconds)

    def projected_calls(self, calls: int) -> float | None:
        """What cycles of so many calls each cost in 10 s at this pace; None before the second one."""
        intervals = len(self._began_seconds) - 1
        if intervals < 1:
            return None
        mean_seconds = (self._began_seconds[-1] - self._began_seconds[0]) / intervals
        return calls * WINDOW_SECONDS / max(mean_seconds, 1e-3)
