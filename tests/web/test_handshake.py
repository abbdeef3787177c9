"""A real listener with TLS: who is let in, what silent strangers cost, and certificates that change."""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest

from exporter.clock import Clock
from exporter.web.guard import Limits
from tests.web.certificates import authority, write_client, write_pair
from tests.web.fakes import FakePages, FakeTenants, application
from tests.web.listening import GET, MTLS, TLS, Server, running, trusting, until_closed, web_config


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for real sockets."""
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    """The real clock."""
    return Clock()


async def test_a_scrape_is_served_over_tls(clock: Clock, tmp_path: Path) -> None:
    """A client that trusts the certificate's authority gets the page, of any size, over TLS 1.2 and 1.3."""
    app = application(clock, pages=FakePages(body=b"x 1\n" * 500_000))
    async with running(app, web_config(tmp_path).current) as server:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = trusting()
            context.maximum_version = version
            answer = await server.get(context)
            assert answer.startswith(b"HTTP/1.1 200")
            assert answer.endswith(b"x 1\n" * 500_000)


async def test_a_connection_is_kept(clock: Clock, tmp_path: Path) -> None:
    """Prometheus' next scrape needs no handshake."""
    async with running(application(clock), web_config(tmp_path).current) as server:
        reader, writer = await server.connect(trusting())
        for _ in range(3):
            writer.write(GET.replace(b"Connection: close\r\n", b""))
            assert b"200 OK" in await reader.readuntil(b"up 1\n")
        writer.close()


async def test_a_request_may_come_with_the_handshake(clock: Clock, tmp_path: Path) -> None:
    """What a fast client sends along with its last handshake message is not lost."""
    async with running(application(clock), web_config(tmp_path).current) as server:
        reader, writer = await server.connect()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusting().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        while True:
            writer.write(outgoing.read())
            incoming.write(await some(reader))
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                break
        tls.write(GET)
        writer.write(outgoing.read())
        answer = b""
        while not answer.endswith(b"up 1\n"):
            incoming.write(await some(reader))
            with suppress(ssl.SSLWantReadError):
                while part := tls.read(65536):
                    answer += part
        writer.close()


async def some(reader: asyncio.StreamReader) -> bytes:
    """What comes next; an end fails, where a loop would spin for ever."""
    part = await reader.read(65536)
    assert part, "the server has closed the connection"
    return part


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
async def test_old_versions_are_refused(clock: Clock, tmp_path: Path, version: ssl.TLSVersion) -> None:
    """Below the minimum there is no connection."""
    config = web_config(tmp_path, TLS + "  min_version: TLS13\n")
    context = trusting()
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    if version is ssl.TLSVersion.TLSv1_1:
        config = web_config(tmp_path)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = version
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = version
    async with running(application(clock), config.current) as server:
        assert await server.get(context) == b""
        assert await server.get(trusting())


async def test_only_the_suites_named_are_spoken(clock: Clock, tmp_path: Path) -> None:
    """A client of TLS 1.2 with other suites is not let in."""
    suites = "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\nhttp_server_config: {http2: false}\n"
    config = web_config(tmp_path, TLS + suites)
    async with running(application(clock), config.current) as server:
        for suite, answered in (("ECDHE-ECDSA-AES256-GCM-SHA384", True), ("ECDHE-ECDSA-AES128-GCM-SHA256", False)):
            context = trusting()
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(suite)
            assert bool(await server.get(context)) is answered


async def test_http2_is_not_offered(clock: Clock, tmp_path: Path) -> None:
    """A client that prefers HTTP/2 is told to speak HTTP/1.1."""
    async with running(application(clock), web_config(tmp_path).current) as server:
        context = trusting()
        context.set_alpn_protocols(["h2", "http/1.1"])
        _, writer = await server.connect(context)
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        writer.close()


@pytest.mark.parametrize("says", [b"", b"\x16", b"GET / HTTP/1.1\r\n\r\n"])
async def test_silent_clients_hold_nobody_up(clock: Clock, tmp_path: Path, says: bytes) -> None:
    """Beside 20 clients that do not finish their handshake scrapes are answered, and all 20 are soon closed."""
    async with running(application(clock), web_config(tmp_path).current) as server:
        strangers = [await server.connect() for _ in range(20)]
        began = time.monotonic()
        for _, writer in strangers:
            writer.write(says)
        for _ in range(5):
            assert b"200 OK" in await server.get(trusting())
        for reader, _ in strangers:
            await until_closed(reader)
        assert time.monotonic() - began < 2
        for _, writer in strangers:
            writer.close()


async def test_handshakes_are_bounded_in_number(clock: Clock, tmp_path: Path) -> None:
    """Beyond the cap the oldest handshake is given up, and newcomers are still served."""
    limits = Limits(handshakes=10, handshake_seconds=60)
    async with running(application(clock), web_config(tmp_path).current, limits) as server:
        strangers = [await server.connect() for _ in range(30)]
        assert b"200 OK" in await server.get(trusting())
        for reader, _ in strangers[:21]:
            await asyncio.wait_for(until_closed(reader), 5)
        assert not any(reader.at_eof() for reader, _ in strangers[21:])
        for _, writer in strangers:
            writer.close()


async def test_strangers_leave_nothing_in_the_log(
    clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Broken handshakes are no news of ours."""
    async with running(application(clock), web_config(tmp_path, MTLS).current) as server:
        for says in (b"nonsense\r\n\r\n", b"", b"\x16\x03\x01\x02\x00\x01"):
            _, writer = await server.connect()
            writer.write(says)
            writer.close()
        assert await server.get(trusting()) == b""
        assert await server.get(ssl.create_default_context()) == b""
    assert [record for record in caplog.records if record.name != "asyncio" or record.levelname != "DEBUG"] == []


@pytest.mark.parametrize(
    ("sans", "names", "let_in"),
    [
        ("", ("prometheus.example",), True),
        ("[prometheus.example]", ("other.example", "prometheus.example"), True),
        ("[prometheus.example]", ("other.example",), False),
        ("[prometheus.example]", ("*.example",), False),
        ("[10.0.0.1]", ("10.0.0.1",), True),
        ("['2001:db8::1']", ("2001:db8::1",), True),
        ("[ops@prometheus.example]", ("ops@prometheus.example",), True),
    ],
)
async def test_clients_show_a_certificate(
    clock: Clock,
    tmp_path: Path,
    sans: str,
    names: tuple[str, ...],
    let_in: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    """With mutual TLS only clients with a certificate of the authority, and one of the names, are let in."""
    config = web_config(tmp_path, MTLS + (f"  client_allowed_sans: {sans}\n" if sans else ""))
    async with running(application(clock), config.current) as server:
        assert bool(await server.get(trusting(write_client(tmp_path, *names)))) is let_in
        assert await server.get(trusting()) == b""


async def test_a_certificate_of_another_authority_is_refused(clock: Clock, tmp_path: Path) -> None:
    """A certificate that the clients' authority did not sign is none."""
    foreign = tmp_path / "foreign.pem"
    authority().issue_cert("prometheus.example").private_key_and_cert_chain_pem.write_to_path(foreign)
    for content in (MTLS, MTLS.replace("RequireAndVerifyClientCert", "VerifyClientCertIfGiven")):
        async with running(application(clock), web_config(tmp_path, content).current) as server:
            assert await server.get(trusting(foreign)) == b""


async def test_the_authority_given_need_not_be_a_root(clock: Clock, tmp_path: Path) -> None:
    """Clients of an intermediate authority are let in without trusting its root."""
    config = web_config(tmp_path, MTLS)
    intermediate = authority("clients").create_child_ca()
    intermediate.cert_pem.write_to_path(tmp_path / "ca.pem")
    intermediate.issue_cert("prometheus.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "mine.pem")
    async with running(application(clock), config.current) as server:
        assert await server.get(trusting(tmp_path / "mine.pem"))
        assert await server.get(trusting(write_client(tmp_path, "prometheus.example"))) == b""


async def test_bursts_of_clients_are_bounded(clock: Clock, tmp_path: Path) -> None:
    """Above TLS, where connections are costly, strangers who complete their handshake are soon too many."""
    limits = Limits(connections=4, handshakes=8, burst_seconds=60)
    async with running(application(clock), web_config(tmp_path).current, limits) as server:
        strangers = [await server.connect(trusting()) for _ in range(20)]
        for reader, _ in strangers[:8]:
            await asyncio.wait_for(until_closed(reader), 5)
        assert not any(reader.at_eof() for reader, _ in strangers[8:])
        for _, writer in strangers:
            writer.close()


async def test_an_optional_certificate_may_be_missing(clock: Clock, tmp_path: Path) -> None:
    """VerifyClientCertIfGiven lets in clients without one."""
    config = web_config(tmp_path, MTLS.replace("RequireAndVerifyClientCert", "VerifyClientCertIfGiven"))
    async with running(application(clock), config.current) as server:
        assert await server.get(trusting())
        assert await server.get(trusting(write_client(tmp_path, "prometheus.example")))


async def test_new_connections_get_the_new_certificate(clock: Clock, tmp_path: Path) -> None:
    """A renewed certificate is served without a restart, kept connections live on, a broken one changes nothing."""
    config = web_config(tmp_path)
    async with running(application(clock), config.current) as server:
        reader, kept = await server.connect(trusting())
        assert await common_name(server) == "server-1"
        write_pair(tmp_path, 2)
        assert await common_name(server) == "server-2"
        (tmp_path / "cert.pem").write_text("nonsense")
        assert await common_name(server) == "server-2"
        kept.write(GET)
        assert b"200 OK" in await reader.read()
        kept.close()


async def common_name(server: Server) -> str:
    """Of the certificate that a new connection gets."""
    _, writer = await server.connect(trusting())
    subject = writer.get_extra_info("peercert")["subject"]
    writer.close()
    return str(dict(pair for (pair,) in subject)["commonName"])


async def test_stopping_waits_for_the_scrape_in_flight_only(clock: Clock, tmp_path: Path) -> None:
    """Handshakes and idle clients, even those who never say goodbye, do not delay the end; a scrape does."""
    tenants = FakeTenants()
    tenants.answers.clear()
    limits = Limits(farewell_seconds=0.2)
    async with running(application(clock, tenants), web_config(tmp_path).current, limits) as server:
        reader, stranger = await server.connect()
        idle = await asyncio.to_thread(silent_client, server.port)
        scrape = asyncio.create_task(server.get(trusting()))
        await tenants.asked.wait()
        server.stop.set()
        began = time.monotonic()
        await until_closed(reader)
        tenants.answers.set()
        assert (await scrape).endswith(b"up 1\n")
        await server.serving
        assert time.monotonic() - began < 2
        idle.close()
        stranger.close()


def silent_client(port: int, header: bytes = b"") -> ssl.SSLSocket:
    """A client that has asked once, and does not look at its connection any more."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=5)
    client = trusting().wrap_socket(wire, server_hostname="localhost")
    client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: exporter\r\n" + header + b"\r\n")
    answer = b""
    while not answer.endswith(b"ok\n"):
        part = client.recv(65536)
        assert part, "the server has closed the connection"
        answer += part
    return client


async def test_the_last_answer_ends_the_connection(clock: Clock, tmp_path: Path) -> None:
    """A client that does not say goodbye after its last answer is not waited for."""
    async with running(application(clock), web_config(tmp_path).current) as server:
        client = await asyncio.to_thread(silent_client, server.port, b"Connection: close\r\n")
        with socket.socket(fileno=client.detach()) as wire:
            wire.settimeout(2)
            assert await asyncio.to_thread(read_all, wire)


def read_all(wire: socket.socket) -> bytes:
    """What comes below TLS, until the connection ends."""
    received = b""
    with suppress(ConnectionError):
        while part := wire.recv(65536):
            received += part
    return received


async def test_a_client_that_does_not_read_is_cut_off(clock: Clock, tmp_path: Path) -> None:
    """Over TLS too, who takes nothing of an answer loses the connection after the time for it."""
    app = application(clock, pages=FakePages(body=b"x 1\n" * 4_000_000))
    async with running(app, web_config(tmp_path).current) as server:
        reader, writer = await server.connect(trusting())
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a transport that reads
        writer.write(GET.replace(b"Connection: close\r\n", b""))
        await asyncio.sleep(1.5)
        writer.transport.resume_reading()  # type: ignore[attr-defined] # a transport that reads
        with suppress(OSError):
            assert len(await reader.read()) < 16_000_000
        writer.close()


async def test_a_client_that_reads_slowly_is_idle_when_it_has_read_all(clock: Clock, tmp_path: Path) -> None:
    """Who took the whole answer within its time keeps the connection."""
    app = application(clock, pages=FakePages(body=b"x 1\n" * 1_000_000))
    async with running(app, web_config(tmp_path).current) as server:
        reader, writer = await server.connect(trusting())
        for _ in range(2):
            writer.write(GET.replace(b"Connection: close\r\n", b""))
            writer.transport.pause_reading()  # type: ignore[attr-defined] # a transport that reads
            await asyncio.sleep(0.2)
            writer.transport.resume_reading()  # type: ignore[attr-defined] # a transport that reads
            await reader.readuntil(b"\r\n\r\n")
            assert len(await reader.readexactly(4_000_000)) == 4_000_000
            await asyncio.sleep(0.7)
        writer.close()
