"""The only way out: each call is built for the one origin, takes a slot, is fetched, judged, parsed, and recorded."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import httpx

from exporter.api.answer import clock_skew_seconds, is_deprecated, read_document, read_list, refuse_status, tracking_id
from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.calls import Call, Observer
from exporter.api.connections import Connections
from exporter.api.fetch import exchange
from exporter.api.paths import Operation, Origin
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason

__all__ = ["Ask", "Outbound"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[T]):
    """What to send, and what to make of the answer.

    Attributes:
        target: path and query.
        parse: makes the value from the document, an object or for operations that list an array, or raises ApiError.
        limit_bytes: how much of a body is read.
        content: the request's body, of the type ``content_type``.
    """

    operation: Operation
    target: str
    parse: Callable[[Any], T]
    limit_bytes: int
    content: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Outbound:
    """Sends calls, as many as the budget allows and none while the tenant wants silence."""

    origin: Origin
    user_agent: str
    connections: Connections
    budget: RateBudget
    backoff: Backoff
    clock: Clock
    observer: Observer

    async def send(self, ask: Ask[T], deadline: Deadline, *, bearer: str | None = None) -> T:
        """Send one call, with an access token if there is one.

        Raises:
            ThrottledError: the answer asked to wait.
            ApiError: the call failed, or could not leave.
        """
        request = self._request(ask, bearer)
        async with self.budget.slot(deadline):
            self.backoff.refuse()  # the tenant may have asked to wait since this call queued for its slot
            return await self._recorded(ask, request, deadline)

    def _request(self, ask: Ask[T], bearer: str | None) -> httpx.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": self.user_agent}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        if ask.content is not None:
            headers["Content-Type"] = ask.content_type
        return httpx.Request(ask.operation.method, self.origin.url(ask.target), headers=headers, content=ask.content)

    async def _recorded(self, ask: Ask[T], request: httpx.Request, deadline: Deadline) -> T:
        started_seconds = self.clock.monotonic_seconds()
        response: httpx.Response | None = None
        reason: Reason | None = Reason.INTERNAL
        try:
            async with exchange(request, connections=self.connections, deadline=deadline) as response:
                document = await self._judged(ask, response)
            value = ask.parse(document)
            reason = None
        except ApiError as error:
            reason = error.reason
            raise
        except asyncio.CancelledError:
            reason = Reason.DEADLINE
            raise
        finally:
            self._record(ask.operation, started_seconds, response, reason)
        return value

    async def _judged(self, ask: Ask[T], response: httpx.Response) -> object:
        now_epoch_seconds = self.clock.epoch_seconds()
        await refuse_status(response, scope=ask.operation.scope, now_epoch_seconds=now_epoch_seconds)
        read = read_list if ask.operation.lists else read_document
        return await read(response, ask.limit_bytes)

    def _record(
        self, operation: Operation, started_seconds: float, response: httpx.Response | None, reason: Reason | None
    ) -> None:
        call = Call(
            endpoint=operation.endpoint,
            method=operation.method,
            path_template=operation.path_template,
            duration_seconds=self.clock.monotonic_seconds() - started_seconds,
            reason=reason,
        )
        if response is not None:
            call = replace(
                call,
                status_code=response.status_code,
                tracking_id=tracking_id(response.headers),
                deprecated=is_deprecated(response.headers),
                clock_skew_seconds=clock_skew_seconds(response.headers, self.clock.epoch_seconds()),
            )
        self.observer.call_finished(call)
