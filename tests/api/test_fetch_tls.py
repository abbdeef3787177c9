"""exporter.api.fetch over TLS: whom it trusts, how failures are told, and that nothing stays open."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest
import trustme

from exporter.api.connections import tls_context
from exporter.errors import Reason
from tests.api.upstreams import (
    OK,
    REAL_BACKEND,
    RawUpstream,
    Script,
    Upstream,
    drips,
    ended,
    json_head,
    resets,
    sends,
    sends_and_stays,
)


@pytest.fixture
def anyio_backend() -> object:
    """Real sockets."""
    return REAL_BACKEND


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority that the exporter trusts here."""
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """The exporter's context, trusting the test's authority in place of the system's."""
    context = tls_context(trust_system=False)
    authority.configure_trust(context)
    return context


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """An upstream's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def test_a_trusted_upstream_is_read_and_its_connection_kept(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    """One handshake for several fetches."""
    async with (
        Upstream().listening(serving(authority.issue_cert("localhost"))) as upstream,
        upstream.fetcher(trusting) as fetcher,
    ):
        assert [await fetcher.fetch() for _ in range(3)] == 3 * [{"good": 1}]
        assert upstream.opened == 1
        await fetcher.connections.aclose()
        await upstream.until_closed()


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("expired", "certificate has expired"),
        ("wrong host", "Hostname mismatch"),
        ("unknown authority", "unable to get local issuer certificate"),
    ],
)
async def test_a_certificate_that_is_not_good_is_refused(
    authority: trustme.CA, trusting: ssl.SSLContext, case: str, text: str
) -> None:
    """Always, and the log can say why; no request is sent."""
    certificate = {
        "expired": lambda: authority.issue_cert(
            "localhost", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2020, 1, 2, tzinfo=UTC)
        ),
        "wrong host": lambda: authority.issue_cert("other.example"),
        "unknown authority": lambda: trustme.CA().issue_cert("localhost"),
    }[case]()
    async with Upstream().listening(serving(certificate)) as upstream, upstream.fetcher(trusting) as fetcher:
        assert await fetcher.fetch() is Reason.TLS
        assert text in fetcher.error.detail
        assert upstream.requests == 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_only_old_protocols_are_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    """TLS 1.2 is the least."""
    context = serving(authority.issue_cert("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with Upstream().listening(context) as upstream, upstream.fetcher(trusting) as fetcher:
        assert await fetcher.fetch() is Reason.TLS


@pytest.mark.parametrize(
    ("script", "reason", "least_seconds", "most_seconds"),
    [
        (sends_and_stays(), Reason.CONNECT_TIMEOUT, 1.9, 2.4),
        (sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.TLS, 0.0, 0.9),
        (sends(), Reason.TLS, 0.0, 0.9),
        (resets(), Reason.CONNECT, 0.0, 0.9),
    ],
    ids=["stalled handshake", "plaintext port", "close in the handshake", "reset in the handshake"],
)
async def test_a_handshake_that_fails_ends_in_time(
    trusting: ssl.SSLContext, script: Script, reason: Reason, least_seconds: float, most_seconds: float
) -> None:
    """Within the connect time, not at the deadline."""
    async with RawUpstream().listening() as upstream, upstream.fetcher(trusting) as fetcher:
        upstream.script = script
        outcome, seconds = await ended(fetcher, 10.0)
        assert outcome is reason, fetcher.error
        assert least_seconds <= seconds < most_seconds


async def test_a_deadline_in_the_handshake_leaves_nothing_open(trusting: ssl.SSLContext) -> None:
    """It comes before the time for connecting is over."""
    async with RawUpstream().listening() as upstream, upstream.fetcher(trusting) as fetcher:
        upstream.script = sends_and_stays()
        assert await fetcher.fetch(within_seconds=0.3) is Reason.DEADLINE
        await upstream.until_closed()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (resets(json_head("Content-Length: 500"), b'{"a'), Reason.RESET),
        (sends(json_head("Content-Length: 500"), b'{"a'), Reason.PROTOCOL),
        (sends_and_stays(), Reason.DEADLINE),
        (drips(OK), Reason.DEADLINE),
    ],
    ids=["reset in the body", "body shorter than announced", "silence", "dripping body"],
)
async def test_inside_tls_reasons_are_the_same(
    authority: trustme.CA, trusting: ssl.SSLContext, script: Script, reason: Reason
) -> None:
    """What broke was the exchange, not the trust."""
    async with (
        Upstream().listening(serving(authority.issue_cert("localhost"))) as upstream,
        upstream.fetcher(trusting) as fetcher,
    ):
        upstream.script = script
        assert await fetcher.fetch() is reason, fetcher.error
        upstream.script = None
        assert await fetcher.fetch() == {"good": 1}


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_fetch_may_be_cancelled_at_any_step(
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    encrypted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """In the connection, the handshake, the request, the answer: the next fetch is right, and nothing stays open."""
    context = serving(authority.issue_cert("localhost")) if encrypted else None
    async with Upstream().listening(context) as upstream:
        for steps in range(60):
            async with upstream.fetcher(trusting if encrypted else None) as fetcher:
                fetch = asyncio.create_task(fetcher.fetch())
                for _ in range(steps):
                    await asyncio.sleep(0.0)
                fetch.cancel()
                await asyncio.wait({fetch})
                assert await fetcher.fetch() == {"good": 1}, steps
        await upstream.until_closed()
