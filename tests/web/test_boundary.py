"""What every request and every answer passes."""

import asyncio
import logging
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from exporter.clock import Clock
from exporter.web.boundary import MAX_HEAD_BYTES, MAX_REQUEST_LINE_BYTES, Boundary
from tests.web.fakes import FakeTenants, application, ask

SECRET = "canary-4711"


class SpecialBug(BaseException):
    """What no ``except Exception`` catches."""


def endless(depth: int = 0) -> int:
    """Raises RecursionError."""
    return endless(depth + 1) + 1


def own_records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What the exporter logged, without its libraries."""
    return [record for record in caplog.records if record.name.startswith("exporter.")]


async def test_every_answer_carries_the_same_headers(clock: Clock) -> None:
    """Pages, refusals and unknown paths say nosniff and the date, and allow no other origin."""
    headers = {"origin": "http://elsewhere", "host": "elsewhere", "accept-encoding": "identity"}
    for target in ("/", "/metrics", "/-/healthy", "/nothing", "/metrics?tenant=x"):
        answer = await ask(application(clock), target, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["date"].endswith("GMT")
        assert answer.headers["content-length"] == str(len(answer.content))
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("bug", [ValueError(SECRET), SpecialBug(SECRET), ExceptionGroup(SECRET, [KeyError(SECRET)])])
async def test_a_bug_is_one_line_without_values(
    clock: Clock, caplog: pytest.LogCaptureFixture, bug: BaseException
) -> None:
    """Whatever ``collect`` raises, the client gets 500 and one line, the log type and place, and neither a value."""
    tenants = FakeTenants(bug=bug)
    answer = await ask(application(clock, tenants))
    assert (answer.status_code, answer.text) == (500, "internal error, see the log\n")
    assert [record.levelname for record in caplog.records if record.name.startswith("exporter")] == ["ERROR"]
    assert type(bug).__name__ in caplog.text
    assert "tests.web.fakes:" in caplog.text
    assert SECRET not in caplog.text + answer.text
    tenants.bug = None
    assert (await ask(application(clock, tenants))).status_code == 200


async def test_endless_recursion_is_a_bug_like_others(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """A RecursionError ends as 500 and one short line."""

    async def broken(_: Scope, __: Receive, ___: Send) -> None:
        endless()

    sent = await send_to(Boundary(broken, clock))
    assert sent[0]["status"] == 500
    assert "RecursionError" in caplog.text
    assert all(len(record.getMessage()) < 500 for record in own_records(caplog))


async def test_a_bug_after_the_first_byte_cuts_the_answer(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that has begun is not continued with another; its missing length reveals the cut."""

    async def broken(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
        raise ValueError

    sent = await send_to(Boundary(broken, clock))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert "ValueError" in caplog.text


async def test_cancelling_is_no_bug(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The end of the process passes through."""

    async def cancelled(_: Scope, __: Receive, ___: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await send_to(Boundary(cancelled, clock))
    assert [record for record in caplog.records if record.name.startswith("exporter")] == []


async def send_to(boundary: Boundary) -> list[Message]:
    """What the application sends for a plain GET."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "raw_path": b"/", "query_string": b"", "headers": []}
    await boundary(scope, receive, send)
    return sent


@pytest.mark.parametrize(("surplus", "status"), [(-1, 200), (0, 200), (1, 414)])
async def test_a_request_line_has_a_cap(clock: Clock, surplus: int, status: int) -> None:
    """4 KiB of request line are served, one byte more is 414."""
    target = "/metrics?" + "x" * (MAX_REQUEST_LINE_BYTES - len("GET /metrics? HTTP/1.1\r\n") + surplus)
    assert (await ask(application(clock), target)).status_code == status


@pytest.mark.parametrize(("surplus", "status"), [(-1, 200), (0, 200), (1, 431)])
async def test_a_header_has_a_cap(clock: Clock, surplus: int, status: int) -> None:
    """16 KiB of header are served, one byte more is 431."""
    line_bytes, end_bytes = len("GET /-/healthy HTTP/1.1\r\n"), len("x-padding: \r\n")
    own = (await header_bytes(clock)) + line_bytes + end_bytes
    headers = {"x-padding": "x" * (MAX_HEAD_BYTES - own + surplus)}
    assert (await ask(application(clock), "/-/healthy", headers=headers)).status_code == status


async def header_bytes(clock: Clock) -> int:
    """The bytes of the fields that the test's client sends by itself."""
    request = (await ask(application(clock), "/-/healthy")).request
    return sum(len(name) + len(value) + len(": \r\n") for name, value in request.headers.raw)


@pytest.mark.parametrize("options", [{"content": b"x"}, {"headers": {"transfer-encoding": "chunked"}}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_bodies_are_refused(clock: Clock, method: str, options: dict[str, Any]) -> None:
    """A GET with a body is refused before any tenant is asked, and its connection ends."""
    tenants = FakeTenants()
    answer = await ask(application(clock, tenants), method=method, **options)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert not tenants.deadlines


async def test_an_empty_body_is_no_body(clock: Clock) -> None:
    """Clients that send ``Content-Length: 0`` with a GET are served."""
    answer = await ask(application(clock), headers={"content-length": "0"})
    assert answer.status_code == 200
    assert "connection" not in answer.headers
