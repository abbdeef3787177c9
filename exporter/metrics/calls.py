"""Calls: every request to a tenant, by what came of it, and the life of the access token.

::

    sailpoint_exporter_api_requests_total{code="200",endpoint="managed_client_status",tenant="acme"} 12.0
    sailpoint_exporter_api_requests_total{code="connect_timeout",endpoint="token",tenant="acme"} 1.0
"""

from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from exporter.api.calls import Call
from exporter.errors import Reason
from exporter.metrics.collection import CLOCK_SKEW
from exporter.metrics.family import Family

__all__ = ["FAMILIES", "Calls", "TenantCalls"]

REQUESTS = Family(
    "sailpoint_exporter_api_requests_total",
    "counter",
    ("tenant", "endpoint", "code"),
    "Requests to the tenant, by operation and HTTP status, or the reason why no answer came",
)
REQUEST_DURATION = Family(
    "sailpoint_exporter_api_request_duration_seconds",
    "histogram",
    ("tenant", "endpoint"),
    "From sending a request to the end of its answer, or to its failure",
)
THROTTLED = Family(
    "sailpoint_exporter_api_throttled_total",
    "counter",
    ("tenant",),
    "Requests that the tenant answered with 429 Too Many Requests",
)
DEPRECATED = Family(
    "sailpoint_exporter_api_deprecated",
    "gauge",
    ("tenant", "endpoint"),
    "Whether the tenant's last answer called the operation deprecated (X-Deprecated header)",
)
TOKEN_REFRESHES = Family("sailpoint_exporter_token_refreshes_total", "counter", ("tenant",), "Access tokens obtained")
TOKEN_REFRESH_FAILURES = Family(
    "sailpoint_exporter_token_refresh_failures_total",
    "counter",
    ("tenant",),
    "Attempts to obtain an access token that gave none",
)

FAMILIES = (REQUESTS, REQUEST_DURATION, THROTTLED, DEPRECATED, TOKEN_REFRESHES, TOKEN_REFRESH_FAILURES)

DURATION_BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""From a simulated tenant on loopback to the longest cycle there can be."""


class Calls:
    """The call metrics of all tenants, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(family: Family) -> Counter:
            return Counter(family.name, family.help, family.labels, registry=registry)

        def gauge(family: Family) -> Gauge:
            return Gauge(family.name, family.help, family.labels, registry=registry)

        self.requests = counter(REQUESTS)
        self.request_duration = Histogram(
            REQUEST_DURATION.name,
            REQUEST_DURATION.help,
            REQUEST_DURATION.labels,
            buckets=DURATION_BUCKETS_SECONDS,
            registry=registry,
        )
        self.throttled = counter(THROTTLED)
        self.deprecated = gauge(DEPRECATED)
        self.token_refreshes = counter(TOKEN_REFRESHES)
        self.token_refresh_failures = counter(TOKEN_REFRESH_FAILURES)
        self.clock_skew = gauge(CLOCK_SKEW)
        self._all = (
            self.requests,
            self.request_duration,
            self.throttled,
            self.deprecated,
            self.token_refreshes,
            self.token_refresh_failures,
            self.clock_skew,
        )
        self._tenants: set[str] = set()

    def expect(self, tenant: str) -> None:
        """Count the tenant's calls from now on, where they were left off if it is known."""
        self._tenants.add(tenant)
        # These can be 0; a series that only starts with its first event hides that event from rate().
        for metric in (self.throttled, self.token_refreshes, self.token_refresh_failures):
            metric.labels(tenant)

    def forget(self, tenant: str) -> None:
        """Remove the tenant's series, and do not listen to its last calls."""
        self._tenants.discard(tenant)
        for metric in self._all:
            metric.remove_by_labels({"tenant": tenant})

    def expects(self, tenant: str) -> bool:
        """Whether the tenant is one whose calls are counted."""
        return tenant in self._tenants


class TenantCalls:
    """Hears of one tenant's calls: an ``exporter.api.calls.Observer``."""

    def __init__(self, calls: Calls, tenant: str) -> None:
        self._calls = calls
        self._tenant = tenant
        calls.expect(tenant)

    def call_finished(self, call: Call) -> None:
        """Count the call, and keep what its answer said about the tenant."""
        if not self._calls.expects(self._tenant):
            return
        self._calls.requests.labels(self._tenant, call.endpoint, _code(call)).inc()
        self._calls.request_duration.labels(self._tenant, call.endpoint).observe(call.duration_seconds)
        if call.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._calls.throttled.labels(self._tenant).inc()
        if call.deprecated is not None:
            self._calls.deprecated.labels(self._tenant, call.endpoint).set(call.deprecated)
        if call.clock_skew_seconds is not None:
            self._calls.clock_skew.labels(self._tenant).set(call.clock_skew_seconds)

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:  # noqa: ARG002 - the state tells it when asked
        """Count the token."""
        if self._calls.expects(self._tenant):
            self._calls.token_refreshes.labels(self._tenant).inc()

    def token_refresh_failed(self, reason: Reason) -> None:  # noqa: ARG002 - the call that failed has it as its code
        """Count the attempt."""
        if self._calls.expects(self._tenant):
            self._calls.token_refresh_failures.labels(self._tenant).inc()


def _code(call: Call) -> str:
    return str(call.reason or Reason.INTERNAL) if call.status_code is None else str(call.status_code)
