"""Requests, whatever is in their headers and queries, through the whole application: an answer, and never a bug."""

import asyncio
import re
from pathlib import Path
from random import Random
from typing import Any

import bcrypt
import pytest
from starlette.types import ASGIApp, Message

from exporter.clock import Clock
from exporter.metrics import Format
from exporter.settings.configuration import WebSettings
from tests.fuzz.texts import for_each_random, patched
from tests.web.fakes import http_scope
from tests.whole.harness import start

_EFFORTS = [pytest.param(100, id="ordinary"), pytest.param(5_000, id="trust", marks=pytest.mark.trust)]

_HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()

_HEADERS: dict[bytes, tuple[bytes, tuple[bytes, ...]]] = {
    b"accept": (
        b"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
        (b"q=", b"version=", b"1.x", b"9" * 5_000, b",", b";", b"*", b"/", b"q=nan", b"q=-1", b'"', b"text/*"),
    ),
    b"accept-encoding": (b"gzip, identity;q=0.5", (b"*", b"x-gzip", b"q=0", b"br", b",", b";", b"q=1e9", b"deflate")),
    b"x-prometheus-scrape-timeout-seconds": (b"10", (b"nan", b"inf", b"-1", b"1e9", b"0", b"9" * 400, b".", b"_")),
    b"authorization": (
        b"Basic YWxpY2U6c2VjcmV0",
        (b"Bearer ", b"basic ", b"=", b"====", b":", b" ", b"A" * 100_000, b"\xff", b"!!", b"OjA=", b"AAAA"),
    ),
    b"host": (b"exporter:9853", (b"evil.example", b"[", b"@", b"\xff", b"")),
}
_QUERY = b"name[]=sailpoint_up&cluster=1&tenant=acme&client_id=2&by=cluster"
_QUERY_PIECES = (
    b"&",
    b"=",
    b"%",
    b"%00",
    b"%ff",
    b"%ed%a0%80",
    b"+",
    b"&name[]=x" * 200,
    b";",
    b"[]",
    b"#",
    b"cluster=",
)
_PATHS = (b"/metrics", b"/metrics", b"/metrics", b"/", b"/sd", b"/config", b"/-/healthy", b"/-/reload")
_PATH_PIECES = (b"/", b"//", b"..", b"%2e", b"%2f", b"%0a", b"?", b"*", b"http://x/")
_METHODS = ("GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "FOO")

_STATUSES = {200, 400, 401, 403, 404, 405, 414, 431, 503}
_TYPES = {fmt.value for fmt in Format} | {"text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"}
_VISIBLE = re.compile(rb"[\t\x20-\x7e]*")


def _scope(random: Random) -> Any:
    path = random.choice(_PATHS)
    if random.random() < 0.2:
        path = bytes(each for each in patched(path, _PATH_PIECES, random) if 0x21 <= each <= 0x7E)  # else no HTTP
    chosen = random.sample(sorted(_HEADERS), random.randrange(len(_HEADERS) + 1))
    headers = [(name, patched(*_HEADERS[name], random)) for name in chosen for _ in range(random.choice((1, 1, 1, 2)))]
    query = patched(_QUERY, _QUERY_PIECES, random) if random.random() < 0.5 else b""
    return {**http_scope(random.choice(_METHODS), path), "headers": headers, "query_string": query}


async def _ask(app: ASGIApp, scope: Any) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body, of an answer that begins once and ends once."""
    sent: list[Message] = []
    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in received:
            return message
        return await asyncio.Future()  # stays connected

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    head, *rest = sent
    assert head["type"] == "http.response.start"
    assert [message.get("more_body", False) for message in rest][-1:] == [False]
    return head["status"], dict(head["headers"]), b"".join(message.get("body", b"") for message in rest)


def _judge(scope: Any, status: int, headers: dict[bytes, bytes], body: bytes) -> None:
    assert status in _STATUSES
    assert all(_VISIBLE.fullmatch(value) for value in headers.values()), headers
    assert headers[b"content-type"].decode() in _TYPES
    if scope["method"] != "HEAD":
        assert int(headers[b"content-length"]) == len(body)
    if status == 200 and scope["raw_path"] == b"/metrics" and scope["method"] == "GET":
        assert body


@pytest.mark.parametrize("effort", _EFFORTS)
@pytest.mark.parametrize("secured", [False, True])
def test_requests(effort: int, secured: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table's column
    """Accept, Authorization, the scrape timeout, the query: read or refused, with a status and headers of ours."""
    web_config = tmp_path / "web.yaml"
    web_config.write_text(f"basic_auth_users: {{alice: '{_HASH}'}}\n" if secured else "")
    web = WebSettings(config_file=web_config)
    application = start(Clock(), clients=3, clusters=1, min_interval_seconds=600.0, web=web).application
    statuses = set()
    with asyncio.Runner() as runner:

        def check(random: Random) -> None:
            scope = _scope(random)
            status, headers, body = runner.run(_ask(application.asgi, scope))
            statuses.add(status)
            _judge(scope, status, headers, body)

        for_each_random(effort, check)
        runner.run(application.aclose())
    assert statuses > ({200, 401} if secured else {200, 404})
