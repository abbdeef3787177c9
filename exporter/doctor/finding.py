"""The only place for the shape of a finding, and for the steps there are."""

from dataclasses import dataclass
from enum import StrEnum

from exporter.errors import ApiError, Reason

__all__ = ["Finding", "Result", "Step", "skipped"]


class Result(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Step(StrEnum):
    """What is looked at, in this order."""

    SETTINGS = "settings"
    DNS = "dns"
    CONNECT = "connect"
    PROXY = "proxy"
    TLS = "tls"
    OAUTH_INFO = "oauth_info"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    CLIENT_LIST = "client_list"
    CLUSTERS = "clusters"
    STATUS = "status"
    HEALTH = "health"
    MANAGED_CLIENTS = "managed_clients"
    CLOCK = "clock"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a step found.

    Attributes:
        detail: one line: what is so. No secret, no free text of the tenant's errors.
        remedy: one line: what to do about it; "" when nothing needs to be done.
        subject: the managed client's id, where the finding is about one.
        reason: why a call failed.
        duration_seconds: how long the step took; None for what took no time of its own.
    """

    step: Step
    result: Result
    detail: str
    remedy: str = ""
    subject: str = ""
    reason: Reason | None = None
    duration_seconds: float | None = None

    @classmethod
    def of_error(
        cls, step: Step, error: ApiError, remedy: str, *, detail: str = "", result: Result = Result.PROBLEM
    ) -> "Finding":
        """What a failed call says about a step; its own words, unless there are better ones."""
        return cls(step, result, detail or error.detail, remedy, reason=error.reason)


def skipped(step: Step, why: str = "not reached, because of the problem above") -> Finding:
    """A step that was not taken."""
    return Finding(step, Result.SKIPPED, why)
