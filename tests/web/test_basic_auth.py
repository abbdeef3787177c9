"""Who may ask: whole answers, through the boundary."""

import asyncio
import base64
from collections.abc import Mapping

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message

from exporter.clock import Clock
from exporter.web.basic_auth import PROBES, BasicAuth, credentials
from exporter.web.boundary import Boundary
from exporter.web.passwords import MAX_WAITING
from exporter.web.web_config import WebConfig
from tests.web.fakes import application, http_scope
from tests.web.fakes import ask as ask_application

PASSWORD = "canary-alice"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4))
CONFIG = WebConfig(users={b"alice": HASH}, headers={b"x-frame-options": b"deny", b"date": b"today"})


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for real computing."""
    return "asyncio"


@pytest.fixture
def app() -> ASGIApp:
    """Something to protect."""
    inner = PlainTextResponse("up 1\n", headers={"x-frame-options": "sameorigin"})
    return Boundary(BasicAuth(inner, lambda: CONFIG), Clock(), lambda: CONFIG)


def basic(user: str, password: str) -> bytes:
    """The value of an Authorization header."""
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


async def ask(
    app: ASGIApp, *authorization: bytes, path: bytes = b"/metrics"
) -> tuple[int, Mapping[bytes, bytes], bytes]:
    """Status, headers and body of an answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"authorization", value) for value in authorization]
    await app({**http_scope("GET", path), "headers": headers}, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


async def test_the_right_password_lets_in(app: ASGIApp) -> None:
    """With user and password there is the page, whichever way the scheme is written."""
    given = basic("alice", PASSWORD)
    for authorization in (given, given.replace(b"Basic", b"bAsIc"), given.replace(b" ", b"   ") + b" "):
        assert (await ask(app, authorization))[0::2] == (200, b"up 1\n")


async def test_without_users_everybody_may_ask() -> None:
    """No users, no passwords."""
    app = BasicAuth(PlainTextResponse("up 1\n"), WebConfig)
    assert (await ask(app))[0] == 200
    assert (await ask(app, b"nonsense"))[0] == 200


@pytest.mark.parametrize("path", sorted(PROBES))
async def test_probes_are_not_asked(app: ASGIApp, path: bytes) -> None:
    """Kubernetes' probes hold no password."""
    assert (await ask(app, path=path))[0] == 200


@pytest.mark.parametrize("path", [b"/", b"/metrics", b"/sd", b"/config", b"/-/reload", b"/-/healthy/", b"/%2d/healthy"])
async def test_everything_else_is_protected(app: ASGIApp, path: bytes) -> None:
    """No other path, however it is written, is served without a password."""
    assert (await ask(app, path=path))[0] == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_the_whole_application_is_protected(method: str) -> None:
    """Of the exporter's own paths, those that are not probes need a password, whatever is asked of them."""
    protected = application(Clock(), web_config=lambda: CONFIG)
    for path in ("/", "/metrics", "/sd", "/config", "/-/reload", "/nothing"):
        answer = await ask_application(protected, path, method)
        assert (answer.status_code, answer.headers["x-frame-options"]) == (401, "deny")
        answer = await ask_application(protected, path, method, auth=("alice", PASSWORD))
        assert answer.status_code != 401
    assert (await ask_application(protected, "/-/healthy")).status_code == 200


async def test_refusals_do_not_tell_why(app: ASGIApp) -> None:
    """Unknown user, wrong password and no password get the same answer."""
    answers = [
        await ask(app, *authorization)
        for authorization in ([], [basic("carol", PASSWORD)], [basic("alice", "wrong")], [b"Bearer x"])
    ]
    status, headers, body = answers[0]
    assert all(answer == answers[0] for answer in answers)
    assert (status, body) == (401, b"Unauthorized\n")
    assert headers[b"www-authenticate"] == b'Basic realm="sailpoint-exporter", charset="UTF-8"'


async def test_configured_headers_are_on_every_answer(app: ASGIApp) -> None:
    """They take the place of the application's own, on refusals too."""
    for authorization in ([], [basic("alice", PASSWORD)]):
        _, headers, _ = await ask(app, *authorization)
        assert headers[b"x-frame-options"] == b"deny"
        assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    "authorization",
    [
        [b""],
        [b"Basic"],
        [b"Basic "],
        [b"Basic \xff\xfe"],
        [b"Basic ====="],
        [b"Basic YWxp\nY2U="],
        [b"Basic " + base64.b64encode(b"alice")],
        [b"Basic " + base64.b64encode(b"alice:canary-alice\0")],
        [b"Basic " + base64.b64encode(b"\xff\xfe:\xff")],
        [basic("alice", "x" * 73)],
        [b"Basic " + b"A" * 1024 * 1024],
        [b"Digest " + basic("alice", PASSWORD)[6:]],
        [basic("alice", PASSWORD), basic("alice", PASSWORD)],
    ],
)
async def test_malformed_headers_are_refused(authorization: list[bytes]) -> None:
    """Whatever is sent in place of a password is a wrong one, and no error of ours."""
    app = BasicAuth(PlainTextResponse("up 1\n"), lambda: CONFIG)
    assert (await ask(app, *authorization))[0] == 401


async def test_a_long_password_is_right_up_to_its_limit() -> None:
    """72 bytes are compared, and what bcrypt would cut off is refused."""
    config = WebConfig(users={b"alice": bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4))})
    app = BasicAuth(PlainTextResponse("up 1\n"), lambda: config)
    assert (await ask(app, basic("alice", "x" * 72)))[0] == 200
    assert (await ask(app, basic("alice", "x" * 73)))[0] == 401


async def test_a_flood_of_guesses_is_told_to_wait(app: ASGIApp) -> None:
    """When too many passwords wait to be checked, the next is answered with 503."""
    guesses = [asyncio.create_task(ask(app, basic("alice", f"guess {number}"))) for number in range(MAX_WAITING + 1)]
    statuses = sorted([(await guess)[0] for guess in guesses])
    assert statuses == [401] * MAX_WAITING + [503]


@given(st.binary(), st.binary().filter(lambda name: b":" not in name and b"\0" not in name))
def test_any_header_is_credentials_or_none(value: bytes, user: bytes) -> None:
    """No header makes the parser fail, and every user name is read as it was written."""
    credentials({"headers": [(b"authorization", b"Basic " + value)]})
    encoded = base64.b64encode(user + b":canary:2")
    assert credentials({"headers": [(b"authorization", b"Basic " + encoded)]}) == (user, b"canary:2")
