"""States: what each tenant's API client knows about itself, asked when a page is rendered.

::

    sailpoint_exporter_api_budget_used{tenant="acme"} 12.0
    sailpoint_exporter_token_expiry_timestamp_seconds{tenant="acme"} 1.8000432e+09
"""

from collections.abc import Callable

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from exporter.api.calls import ApiState
from exporter.metrics.family import Family

__all__ = ["FAMILIES", "States"]

BACKOFF = Family(
    "sailpoint_exporter_api_backoff_seconds",
    "gauge",
    ("tenant",),
    "Time until requests to the tenant resume; 0 when they may go out",
)
BUDGET_LIMIT = Family(
    "sailpoint_exporter_api_budget_limit", "gauge", ("tenant",), "Requests that may be made in a window of 10 s"
)
BUDGET_USED = Family(
    "sailpoint_exporter_api_budget_used",
    "gauge",
    ("tenant",),
    "Requests that count against the window now: those in flight, and those answered less than 10 s ago",
)
TOKEN_EXPIRY = Family(
    "sailpoint_exporter_token_expiry_timestamp_seconds",
    "gauge",
    ("tenant",),
    "When the access token in use ends; absent without one",
)

FAMILIES = (BACKOFF, BUDGET_LIMIT, BUDGET_USED, TOKEN_EXPIRY)


class States(Collector):
    """Collects the state of every tenant that was added."""

    def __init__(self) -> None:
        self._states: dict[str, Callable[[], ApiState]] = {}

    def add(self, tenant: str, state: Callable[[], ApiState]) -> None:
        """Ask ``state`` for the tenant's from now on."""
        self._states[tenant] = state

    def forget(self, tenant: str) -> None:
        """Ask no more about the tenant."""
        self._states.pop(tenant, None)

    def collect(self) -> list[Metric]:
        """Every family above."""
        states = [((tenant,), state()) for tenant, state in self._states.items()]
        return [
            BACKOFF.metric((tenant, state.backoff_seconds) for tenant, state in states),
            BUDGET_LIMIT.metric((tenant, state.budget_limit) for tenant, state in states),
            BUDGET_USED.metric((tenant, state.budget_used) for tenant, state in states),
            TOKEN_EXPIRY.metric(
                (tenant, state.token_expiry_epoch_seconds)
                for tenant, state in states
                if state.token_expiry_epoch_seconds is not None
            ),
        ]
