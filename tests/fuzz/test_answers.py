"""Whole answers, status, headers and body, through the tenant's API: a value or a known reason, and a bounded wait."""

import asyncio
from random import Random

import httpx
import pytest

from exporter.api.calls import ApiState
from exporter.api.credentials import GivenCredentials
from exporter.api.retry_after import LONGEST_SECONDS
from exporter.api.tenant import TenantApi
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.api.fakes import FakeObserver, token_answer
from tests.fuzz.mutation import mutated
from tests.fuzz.published import SUBJECTS
from tests.fuzz.texts import for_each_random, patched
from tests.virtual_time import EPOCH_SECONDS, VirtualTimeLoop

_EFFORTS = [pytest.param(100, id="ordinary"), pytest.param(5_000, id="trust", marks=pytest.mark.trust)]

_PIECES = (b"9" * 400, b"-1", b"nan", b"1e9", b"GMT", b",", b" ", b";", b"year 9999", b"0", b"\xef\xbc\x99", b"1_0")
_DATE = b"Fri, 15 Jan 2027 08:00:00 GMT"
_HEADERS = {
    b"Retry-After": (b"5", b"120", b"", _DATE),
    b"Date": (_DATE, b"Sun, 31 Feb 2027 25:61:61 GMT"),
    b"Content-Type": (b"application/json", b"application/json; charset=utf-8", b"text/html"),
    b"Content-Encoding": (b"identity", b"gzip"),
    b"SLPT-Request-ID": (b"0123456789abcdef0123456789abcdef",),
    b"X-Deprecated": (b"true",),
    b"Set-Cookie": (b"a=b",),
}
_STATUSES = (200, 200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 503, 599, 600, 999)
_TOKENS = (b"token-1", b"\xff", b"", b"\n", b"a" * 20_000)


def _answer(random: Random) -> httpx.Response:
    headers = [(b"Content-Type", b"application/json")] if random.random() < 0.8 else []
    for name in random.sample(sorted(_HEADERS), random.randrange(4)):
        headers += [(name, _value(name, random)) for _ in range(random.choice((1, 1, 2)))]
    body = mutated(SUBJECTS[0].sound(random), random)
    headers += [(b"Content-Length", str(len(body)).encode())]
    return httpx.Response(random.choice(_STATUSES), headers=headers, content=body)


def _value(name: bytes, random: Random) -> bytes:
    odd = patched(random.choice(_HEADERS[name]), _PIECES, random)
    return bytes(each for each in odd if each not in b"\0\r\n")  # else no HTTP


def _token(random: Random) -> httpx.Response:
    if random.random() < 0.8:
        return token_answer("token-1", expires_in=random.choice((749, "749", None, -1, 1e308, [], "1_0")))
    document = {"access_token": random.choice(_TOKENS).decode("latin-1"), "token_type": "bearer", "expires_in": 749}
    return httpx.Response(200, content=mutated(document, random), headers={"Content-Type": "application/json"})


async def _ask(random: Random, observer: FakeObserver) -> tuple[object, ApiState]:
    loop = asyncio.get_running_loop()

    async def answered(request: httpx.Request) -> httpx.Response:
        return _token(random) if request.url.path == "/oauth/token" else _answer(random)

    api = TenantApi(
        base_url="https://acme.example",
        generation="v2025",
        credentials=GivenCredentials("an-id", "a-secret"),
        clock=(clock := Clock(loop.time, lambda: EPOCH_SECONDS + loop.time())),
        observer=observer,
        transport=lambda: httpx.MockTransport(answered),
        random=random.random,
    )
    try:
        return await api.get_managed_client_status("1", "VA", deadline=clock.deadline(9.5)), api.state
    except ApiError as error:
        return error, api.state
    finally:
        await api.aclose()


@pytest.mark.parametrize("effort", _EFFORTS)
def test_answers(effort: int) -> None:
    """Retry-After, Date, types, encodings, statuses and tokens of all kinds: no bug, and no wait beyond the longest."""
    reasons = set()

    def check(random: Random) -> None:
        observer = FakeObserver()
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            outcome, state = runner.run(_ask(random, observer))
        if isinstance(outcome, ApiError):
            assert outcome.reason is not Reason.INTERNAL, outcome.detail
            assert outcome.detail.isprintable()
            reasons.add(outcome.reason)
        assert 0.0 <= state.backoff_seconds <= LONGEST_SECONDS
        for call in observer.calls:
            assert call.clock_skew_seconds is None or abs(call.clock_skew_seconds) < 1e12

    for_each_random(effort, check)
    assert reasons > {Reason.JSON, Reason.RATE_LIMITED}
