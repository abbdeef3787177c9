"""exporter.api.connections: kept, reused last in first out, and always verifying."""

import logging
import os
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from exporter.api.connections import Connections, connecting_to, tls_context
from exporter.api.paths import Origin
from exporter.errors import ApiError, Reason, SettingsError


class FakeConnection(httpx.AsyncBaseTransport):
    """A connection that remembers being closed."""

    closed = False

    async def aclose(self) -> None:
        """Close it."""
        self.closed = True


async def test_the_connection_used_last_is_used_next() -> None:
    """So that a quiet fleet keeps few connections busy, and the rest may expire."""
    connections = Connections(FakeConnection, keep=2)
    async with connections.one() as first, connections.one() as second:
        assert first is not second
    async with connections.one() as third:
        assert third is first


async def test_more_than_are_kept_are_closed() -> None:
    """A burst does not hold connections for ever."""
    connections = Connections(FakeConnection, keep=1)
    async with connections.one() as first, connections.one() as second:
        pass
    assert isinstance(first, FakeConnection)
    assert isinstance(second, FakeConnection)
    assert (second.closed, first.closed) == (False, True)


@pytest.mark.parametrize(("error", "kept"), [(ApiError(Reason.NOT_FOUND, ""), True), (OSError(), False)])
async def test_only_what_came_to_its_end_is_used_again(error: Exception, kept: bool) -> None:  # noqa: FBT001 - a table's column
    """A refused answer is an end; a broken or cancelled exchange leaves a connection that nobody can trust."""
    connections = Connections(FakeConnection, keep=2)
    with pytest.raises(type(error)):
        async with connections.one() as first:
            raise error
    async with connections.one() as second:
        assert (second is first) is kept
    assert isinstance(first, FakeConnection)
    assert first.closed is not kept


async def test_closing_reaches_idle_connections_now_and_busy_ones_later() -> None:
    """A call in flight may end."""
    connections = Connections(FakeConnection, keep=2)
    async with connections.one() as busy:
        async with connections.one() as idle:
            pass
        await connections.aclose()
        assert isinstance(idle, FakeConnection)
        assert isinstance(busy, FakeConnection)
        assert (idle.closed, busy.closed) == (True, False)
    assert busy.closed


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system that trusts one authority, and would like to have TLS keys written to a file."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "authorities.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))


@pytest.mark.usefixtures("authority")
def test_verification_is_always_on(tmp_path: Path) -> None:
    """Certificates and names are checked, old protocols refused, and keys written nowhere."""
    for context in (tls_context(trust_system=True), tls_context(trust_system=False)):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.keylog_filename is None
    assert not (tmp_path / "keys").exists()


@pytest.mark.usefixtures("authority")
def test_the_system_s_authorities_are_trusted_where_they_are_needed() -> None:
    """For https; a demo on loopback does not load them."""
    assert len(tls_context(trust_system=True).get_ca_certs()) == 1
    assert tls_context(trust_system=False).get_ca_certs() == []


@pytest.mark.usefixtures("authority")
def test_authorities_in_a_file_are_trusted_besides_the_system_s(tmp_path: Path) -> None:
    """Those of a proxy that looks into TLS, say; a file may have several."""
    authorities = [trustme.CA().cert_pem.bytes() for _ in range(2)]
    (tmp_path / "ca.pem").write_bytes(b"# ours\n" + b"\n".join(authorities))
    assert len(tls_context(trust_system=True, ca_file=tmp_path / "ca.pem").get_ca_certs()) == 3
    assert len(tls_context(trust_system=False, ca_file=tmp_path / "ca.pem").get_ca_certs()) == 2


@pytest.mark.parametrize("content", [b"", b"canary", trustme.CA().private_key_pem.bytes(), b"\x00\xff"])
def test_a_file_without_certificates_is_refused(tmp_path: Path, content: bytes) -> None:
    """In one line, with its path and nothing of its content."""
    (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        connecting_to(Origin("https://acme.api.identitynow.com"), ca_file=tmp_path / "ca.pem")
    assert caught.value.problems == (f"ca_file {tmp_path / 'ca.pem'}: is not a PEM file of certificates",)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """In one line, with its path and the reason; also when nothing is encrypted yet."""
    (tmp_path / "directory").mkdir()
    for name, reason in (("missing.pem", "No such file or directory"), ("directory", "Is a directory")):
        with pytest.raises(SettingsError) as caught:
            connecting_to(Origin("http://127.0.0.1:9854"), ca_file=tmp_path / name)
        assert caught.value.problems == (
            f"ca_file {tmp_path / name}: cannot be read by user id {os.getuid()}: {reason}",
        )


def test_an_origin_gets_connections_of_httpx() -> None:
    """With or without TLS."""
    for base_url in ("https://acme.api.identitynow.com", "http://127.0.0.1:9854"):
        assert isinstance(connecting_to(Origin(base_url))(), httpx.AsyncHTTPTransport)


def test_httpcore_never_logs_below_warning() -> None:
    """Its debug lines have response headers."""
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.INFO)
