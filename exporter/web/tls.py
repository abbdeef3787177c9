"""The only place for the listener's TLS: what ``tls_server_config`` says, as a context and the names it admits."""

import ipaddress
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporter.web.mapping import UnfitError, refuse
from exporter.web.suites import openssl_suites, restrict
from exporter.web.tls_keys import PEM, key_of, minimum_version, verify_mode

__all__ = ["Tls", "names", "server_tls", "tls_files"]


@dataclass(frozen=True, slots=True)
class Tls:
    """How connections are secured.

    Attributes:
        context: for each new one.
        client_allowed_sans: of which a client's certificate must have one; empty when any will do.
    """

    context: ssl.SSLContext = field(repr=False)
    client_allowed_sans: frozenset[str] = frozenset()

    def admits(self, certificate: Mapping[str, Any] | None) -> bool:
        """Whether a client may come in with its certificate, as ``SSLSocket.getpeercert`` gives it."""
        return not self.client_allowed_sans or not self.client_allowed_sans.isdisjoint(names(certificate or {}))


def names(certificate: Mapping[str, Any]) -> Iterator[str]:
    """The subject alternative names of a certificate: DNS, IP, e-mail and URI."""
    for kind, name in certificate.get("subjectAltName", ()):
        yield str(ipaddress.ip_address(name.strip())) if kind == "IP Address" else name


def tls_files(keys: Mapping[str, Any], directory: Path) -> dict[str, Path]:
    """The files that the keys name, by key, relative to a directory."""
    return {key: directory / keys[key] for part in PEM if (key := f"{part}_file") in keys}


def server_tls(keys: Mapping[str, Any], paths: Mapping[str, Path]) -> Tls:
    """What connections need, from keys that do not contradict each other and the files they name.

    Raises:
        UnfitError: a file cannot be read, or something in PEM does not hold what it should.
    """
    lines = tuple(_unreadable(paths))
    if lines:
        raise UnfitError(*lines)
    return Tls(_context(keys, paths), frozenset(keys.get("client_allowed_sans", ())))


def _unreadable(paths: Mapping[str, Path]) -> Iterator[str]:
    for key, path in paths.items():
        try:
            path.read_bytes()
        except OSError as error:
            yield f".{key}: cannot be read ({type(error).__name__})"


def _context(keys: Mapping[str, Any], paths: Mapping[str, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = minimum_version(keys)
    context.maximum_version = keys.get("max_version", ssl.TLSVersion.TLSv1_3)
    context.options |= ssl.OP_NO_RENEGOTIATION  # a client could make the server compute without end
    if not keys.get("prefer_server_cipher_suites", True):
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # as in Go: the CA given is trusted, root or not
    context.verify_mode = verify_mode(keys)
    context.set_alpn_protocols(["http/1.1"])
    restrict(context, openssl_suites(keys.get("cipher_suites", ())), keys.get("curve_preferences", ()))
    with ExitStack() as stack:
        given = [key for part in PEM if (key := key_of(part, keys))]
        _load(context, {key: paths.get(key) or stack.enter_context(_in_memory(keys[key])) for key in given})
    return context


@contextmanager
def _in_memory(pem: str) -> Iterator[Path]:
    """A file that is on no disk, for what OpenSSL reads from files only."""
    with os.fdopen(os.memfd_create("pem"), "wb") as file:
        file.write(pem.encode(errors="replace"))
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _load(context: ssl.SSLContext, files: Mapping[str, Path]) -> None:
    (cert, cert_path), (key, key_path), *client_ca = files.items()
    try:
        context.load_cert_chain(cert_path, key_path, password=lambda: b"")  # never asks a terminal
    except (OSError, ValueError):
        refuse("must hold a certificate in PEM and its unencrypted key", f".{cert}, .{key}")
    try:
        for _, path in client_ca:
            context.load_verify_locations(path)
    except OSError:
        refuse("must hold a certificate in PEM", f".{client_ca[0][0]}")
    if not client_ca and context.verify_mode is not ssl.CERT_NONE:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)  # as in Go
