"""The only place for what is said about an outbound call: a record for each, and who wants to hear it."""

from dataclasses import dataclass
from typing import Protocol

from exporter.errors import Reason

__all__ = ["ApiState", "Audience", "Call", "Observer"]


@dataclass(frozen=True, slots=True)
class Call:
    """One outbound call that left the process (or was attempted), after it ended.

    Attributes:
        endpoint: the operation's short name, a constant: ``token``, ``managed_client_status``, ...
        method: the HTTP method.
        path_template: the path with ``{id}`` in place of ids: ``/managed-clients/v1/{id}/status``.
        duration_seconds: from sending to the end of the body, or to the failure.
        status_code: the HTTP status, None when no answer came.
        reason: None when the call gave what was asked for.
        tracking_id: the tenant's ``SLPT-Request-ID``, when it sent one.
        deprecated: whether the tenant answered ``X-Deprecated: true``; None when no answer came.
        clock_skew_seconds: the answer's ``Date`` minus the own wall clock; None without a usable header.
    """

    endpoint: str
    method: str
    path_template: str
    duration_seconds: float
    status_code: int | None = None
    reason: Reason | None = None
    tracking_id: str | None = None
    deprecated: bool | None = None
    clock_skew_seconds: float | None = None


class Observer(Protocol):
    """Who is told about calls and tokens. It must neither block nor raise."""

    def call_finished(self, call: Call) -> None:
        """An outbound call has ended."""
        ...

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """A new access token is in use; it ends at ``expiry_epoch_seconds`` of the own wall clock."""
        ...

    def token_refresh_failed(self, reason: Reason) -> None:
        """The token endpoint gave no usable token."""
        ...


class Audience:
    """Several observers that are told as one."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def call_finished(self, call: Call) -> None:
        """Tell everybody."""
        for observer in self._observers:
            observer.call_finished(call)

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """Tell everybody."""
        for observer in self._observers:
            observer.token_refreshed(expiry_epoch_seconds)

    def token_refresh_failed(self, reason: Reason) -> None:
        """Tell everybody."""
        for observer in self._observers:
            observer.token_refresh_failed(reason)


@dataclass(frozen=True, slots=True)
class ApiState:
    """What a tenant's client knows about itself right now.

    Attributes:
        budget_limit: calls allowed in a window of 10 s.
        budget_used: slots taken: calls in flight, and those answered less than 10 s ago.
        backoff_seconds: seconds until calls resume, 0 when they may go out.
        token_expiry_epoch_seconds: end of the access token's life, None without a token.
    """

    budget_limit: int
    budget_used: int
    backoff_seconds: float
    token_expiry_epoch_seconds: float | None
