"""Conduct: how exporters treat simulated tenants, watched where their requests leave, in every test that has both.

In no window is more sent than the budget allows, whichever way the window is counted; and nothing is sent to whoever
asked to wait. A test about a caller that behaves otherwise excuses it by name, see ``MISBEHAVING``.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs

import httpx

__all__ = ["CONDUCT", "MISBEHAVING", "Conduct", "Watched"]

WINDOW_SECONDS = 10.0
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 300.0

MISBEHAVING = "misbehaving"
"""In the name of a test whose exporter, or whose stand-in for one, sends more than it may."""

_TOKEN_PATH = "/oauth/token"


@dataclass(eq=False)
class _Sent:
    """A request: when it left, and when its answer was there."""

    at_seconds: float
    answered_seconds: float | None = None

    def counts(self, now_seconds: float) -> bool:
        """Whether a window that ends now counts it, be it by its request or by its answer."""
        return self.answered_seconds is None or now_seconds < self.answered_seconds + WINDOW_SECONDS


@dataclass
class _Credential:
    """What one exporter did with one credential."""

    sent: list[_Sent] = field(default_factory=list)
    silent_until_seconds: float = 0.0
    tokens_silent_until_seconds: float = 0.0

    def send(self, now_seconds: float, *, for_token: bool) -> tuple[_Sent, bool]:
        """The request, and whether the tenant had asked to wait."""
        sent = _Sent(now_seconds)
        self.sent = [*(one for one in self.sent if one.counts(now_seconds)), sent]
        silent_until_seconds = max(self.silent_until_seconds, self.tokens_silent_until_seconds * for_token)
        return sent, now_seconds < silent_until_seconds

    def wait(self, until_seconds: float, *, for_token: bool) -> None:
        """The tenant asks for silence: the token endpoint for its own part only."""
        if for_token:
            self.tokens_silent_until_seconds = max(self.tokens_silent_until_seconds, until_seconds)
        else:
            self.silent_until_seconds = max(self.silent_until_seconds, until_seconds)


class Watched:
    """One exporter's way out."""

    def __init__(self, conduct: "Conduct", budgets: Mapping[str, int]) -> None:
        """Nothing has left.

        Args:
            conduct: where offences are noted.
            budgets: calls in 10 s, by client id.
        """
        self._conduct, self._budgets = conduct, budgets
        self._credentials: defaultdict[tuple[str, str], _Credential] = defaultdict(_Credential)
        self._owners: dict[str, str] = {}

    def transport(self, make: Callable[[], httpx.AsyncBaseTransport]) -> Callable[[], httpx.AsyncBaseTransport]:
        """Connections like those made, but watched."""
        return lambda: _Connection(self, make())

    async def handle(self, request: httpx.Request, connection: httpx.AsyncBaseTransport) -> httpx.Response:
        """Bring a request to the tenant, and look at when it leaves and what comes back."""
        for_token = request.url.path == _TOKEN_PATH
        client_id = self._client_id(request, for_token=for_token)
        credential = self._credentials[request.url.host, client_id]
        sent, too_early = credential.send(_now_seconds(), for_token=for_token)
        self._judge(credential, client_id, request, too_early=too_early)
        try:
            response = await connection.handle_async_request(request)
            if for_token and response.status_code == HTTPStatus.OK:
                await self._owned(response, client_id)
        finally:
            sent.answered_seconds = _now_seconds()
        wait_seconds = _wait_seconds(response)
        if wait_seconds is not None:
            credential.wait(_now_seconds() + wait_seconds, for_token=for_token)
        return response

    def _judge(self, credential: _Credential, client_id: str, request: httpx.Request, *, too_early: bool) -> None:
        budget = self._budgets.get(client_id)
        if budget is not None and len(credential.sent) > budget:
            self._conduct.offences.append(f"{len(credential.sent)} calls in a window, {budget} are allowed")
        if too_early:
            self._conduct.offences.append(f"{request.method} {request.url.path} in a back-off")

    def _client_id(self, request: httpx.Request, *, for_token: bool) -> str:
        if for_token:
            return parse_qs(request.content.decode())["client_id"][0]
        return self._owners.get(request.headers.get("Authorization", ""), "")

    async def _owned(self, response: httpx.Response, client_id: str) -> None:
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        body = b"".join([piece async for piece in stream])
        response.stream = httpx.ByteStream(body)
        with contextlib.suppress(ValueError, TypeError, KeyError):  # no token, then
            self._owners[f"Bearer {json.loads(body)['access_token']}"] = client_id


class _Connection(httpx.AsyncBaseTransport):
    def __init__(self, watched: Watched, connection: httpx.AsyncBaseTransport) -> None:
        self._watched, self._connection = watched, connection

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._watched.handle(request, self._connection)

    async def aclose(self) -> None:
        await self._connection.aclose()


class Conduct:
    """All exporters of a test.

    Attributes:
        offences: what they should not have done.
    """

    def __init__(self) -> None:
        self.offences: list[str] = []

    def watch(self, budgets: Mapping[str, int]) -> Watched:
        """A new exporter, with the budgets of its credentials."""
        return Watched(self, budgets)

    def settle(self, test: str) -> None:
        """At the end of a test.

        Raises:
            AssertionError: an exporter misbehaved, and the test's name does not say so.
        """
        offences, self.offences = self.offences, []
        assert not offences or MISBEHAVING in test, offences


CONDUCT = Conduct()
"""What the whole test run watches."""


def _now_seconds() -> float:
    return asyncio.get_running_loop().time()


def _wait_seconds(response: httpx.Response) -> float | None:
    """For how long an answer asks for silence, by its own simple reading of the header."""
    told = response.headers.get("Retry-After")
    throttled = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    if not throttled and (response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or told is None):
        return None
    plain = told is not None and told.isascii() and told.isdigit()
    return min(max(float(told or 0) if plain else 0.0, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
