"""Named stand-ins for what the tenant's API talks to: a tenant, an observer, a source of credentials."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import httpx
import pytest

from exporter.api.calls import Call
from exporter.api.credentials import Credentials
from exporter.clock import Clock
from exporter.errors import Reason, SettingsError
from tests.departures import DEPARTURES

STATUS = {"status": "NORMAL", "type": "CCG", "timestamp": "2020-01-01T00:00:00Z", "body": {"id": "1528"}}

Answer = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[httpx.Response]]


def json_answer(document: object, status_code: int = 200, **headers: str) -> httpx.Response:
    """An answer as the tenant writes it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status_code, json=document, headers=named)


def token_answer(value: str = "token-1", expires_in: object = 749, **more: object) -> httpx.Response:
    """The token endpoint's answer."""
    return json_answer({"access_token": value, "token_type": "bearer", "expires_in": expires_in, **more})


class FakeTenant:
    """A tenant whose answers are scripted, each taking ``latency_seconds``; without a script all is well."""

    def __init__(self, *, latency_seconds: float = 0.0) -> None:
        self.latency_seconds = latency_seconds
        self.requests: list[httpx.Request] = []
        self.sent_at_seconds: list[float] = []
        self.answered_at_seconds: list[float] = []
        self.next_api: deque[Answer] = deque()
        self.next_token: deque[Answer] = deque()
        self.always_api: Answer | None = None
        self.always_token: Answer | None = None
        self.tokens = 0
        self.connections = 0

    def transport(self) -> httpx.AsyncBaseTransport:
        """One connection to this tenant."""
        self.connections += 1
        return httpx.MockTransport(self._answer)

    @property
    def token_requests(self) -> list[httpx.Request]:
        """Requests that the token endpoint got."""
        return [request for request in self.requests if request.url.path == "/oauth/token"]

    @property
    def api_requests(self) -> list[httpx.Request]:
        """Requests that the API got."""
        return [request for request in self.requests if request.url.path != "/oauth/token"]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        loop = asyncio.get_running_loop()
        self.requests.append(request)
        DEPARTURES.note(request.method, request.url.path)
        self.sent_at_seconds.append(loop.time())
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        answer = await self._scripted(request)
        self.answered_at_seconds.append(loop.time())
        return answer

    async def _scripted(self, request: httpx.Request) -> httpx.Response:
        is_token = request.url.path == "/oauth/token"
        script = self.next_token if is_token else self.next_api
        answer = script.popleft() if script else self.always_token if is_token else self.always_api
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        if answer is not None:
            return await answer(request)
        return self._fresh_token() if is_token else json_answer(STATUS)

    def _fresh_token(self) -> httpx.Response:
        self.tokens += 1
        return token_answer(f"token-{self.tokens}")


class FakeObserver:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.expiries: list[float] = []
        self.failures: list[Reason] = []

    def call_finished(self, call: Call) -> None:
        """A call has ended."""
        self.calls.append(call)

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """A token was had."""
        self.expiries.append(expiry_epoch_seconds)

    def token_refresh_failed(self, reason: Reason) -> None:
        """No token was had."""
        self.failures.append(reason)


class FakeSource:
    """Credentials that a test rotates or breaks."""

    def __init__(self) -> None:
        self.credentials = Credentials("an-id", "a-secret")
        self.problem = ""
        self.reads = 0

    def read(self) -> Credentials:
        """The credentials, or the problem."""
        self.reads += 1
        if self.problem:
            raise SettingsError(self.problem)
        return self.credentials


def form(request: httpx.Request) -> Mapping[str, str]:
    """The fields of an urlencoded request body."""
    return dict(parse_qsl(request.content.decode(), strict_parsing=True))


def fixed_clock(monotonic_seconds: float = 0.0, epoch_seconds: float = 0.0) -> Clock:
    """Time that stands still."""
    return Clock(lambda: monotonic_seconds, lambda: epoch_seconds)


def own_messages(caplog: pytest.LogCaptureFixture, *, levels: bool = False) -> list[str]:
    """What the API's logger wrote, without what asyncio may have written."""
    own = (record for record in caplog.records if record.name == "exporter.api")
    return [f"{record.levelname} {record.getMessage()}" if levels else record.getMessage() for record in own]
