"""Routes: what is served, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from exporter.clock import Clock
from tests.web.fakes import FakeTenants, application, ask, http_scope

PROBES = ("/-/healthy", "/-/ready", "/healthz", "/readyz")
PATHS = ("/", "/metrics", "/sd", *PROBES)


@pytest.mark.parametrize("path", PATHS)
async def test_get_and_head_agree(clock: Clock, path: str) -> None:
    """HEAD answers with the headers of GET and no body."""
    got = await ask(application(clock), path)
    head = await ask(application(clock), path, "HEAD")
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert dict(got.headers) == dict(head.headers)
    assert got.content


@pytest.mark.parametrize("path", PROBES)
async def test_probes_never_ask_a_tenant(clock: Clock, path: str) -> None:
    """Health and readiness answer while every scrape hangs."""
    tenants = FakeTenants()
    tenants.answers.clear()
    assert (await ask(application(clock, tenants), path)).text == "ok\n"
    assert not tenants.deadlines


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "FOO", "get"])
@pytest.mark.parametrize("path", PATHS)
async def test_other_methods_are_not_allowed(clock: Clock, path: str, method: str) -> None:
    """Only GET and HEAD are served; the rest learns so."""
    answer = await send_raw(clock, method, path.encode())
    assert answer["status"] == 405
    assert set(dict(answer["headers"])[b"allow"].decode().split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "raw_path",
    [
        b"//metrics",
        b"/metrics/",
        b"/metrics/..",
        b"/./metrics",
        b"/%6detrics",
        b"/metrics%0A",
        b"/metrics%2f",
        b"/METRICS",
        b"/-%2fhealthy",
        b"/-/",
        b"http://exporter/metrics",
        b"metrics",
        b"*",
        b"",
        b"/metrics;x",
        b"/favicon.ico",
        b"/probe",
    ],
)
async def test_look_alikes_are_not_found(clock: Clock, raw_path: bytes) -> None:
    """Only the listed paths answer, as they are written; nothing redirects."""
    for method in ("GET", "POST"):
        assert (await send_raw(clock, method, raw_path))["status"] == 404


@given(st.text(st.characters(max_codepoint=126, min_codepoint=33)))
async def test_no_other_path_is_served(path: str) -> None:
    """Whatever else is asked for is not found."""
    status = (await send_raw(Clock(), "GET", b"/" + path.encode()))["status"]
    assert status == {"/-/reload": 405}.get("/" + path, 200 if "/" + path in PATHS else 404)


async def send_raw(clock: Clock, method: str, raw_path: bytes) -> Message:
    """The first message of the answer to a request whose path no client library would send."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await application(clock)(http_scope(method, raw_path), receive, send)
    return sent[0]
