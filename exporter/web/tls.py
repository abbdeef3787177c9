"""The only place for the listener's TLS: what ``tls_server_config`` says, as a context and the names it admits."""

import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporter.web.mapping import UnfitError, mapping, one_of, refuse, text, texts

__all__ = ["CIPHERS", "Tls", "names", "server_tls", "tls_files", "tls_keys"]

CIPHERS = {
    f"TLS_ECDHE_{key}_WITH_{iana}": f"ECDHE-{key}-{openssl}"
    for key in ("ECDSA", "RSA")
    for iana, openssl in {
        "AES_128_GCM_SHA256": "AES128-GCM-SHA256",
        "AES_256_GCM_SHA384": "AES256-GCM-SHA384",
        "CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305",
    }.items()
}
"""TLS 1.2's suites with forward secrecy and authenticated encryption, as IANA and as OpenSSL call them."""

_CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_FILES = ("cert_file", "key_file", "client_ca_file")

tls_keys = mapping(
    {
        "cert_file": text,
        "key_file": text,
        "client_ca_file": text,
        "client_auth_type": one_of(_CLIENT_AUTH),
        "client_allowed_sans": texts,
        "min_version": one_of(_VERSIONS),
        "max_version": one_of(_VERSIONS),
        "cipher_suites": lambda value: tuple(map(one_of(CIPHERS), texts(value))),
    },
    unsupported={
        "cert": "not supported: use cert_file",
        "key": "not supported: use key_file",
        "client_ca": "not supported: use client_ca_file",
        "prefer_server_cipher_suites": "not supported: the server's order always decides",
        "curve_preferences": "not supported: OpenSSL's default curves are used",
    },
)
"""Reads the keys of ``tls_server_config``."""


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
    """The files that the keys name, relative to a directory."""
    return {key: directory / keys[key] for key in _FILES if key in keys}


def server_tls(keys: Mapping[str, Any], paths: Mapping[str, Path]) -> Tls:
    """What connections need, from checked keys and the files they name.

    Raises:
        UnfitError: the keys contradict each other, or a file does not hold what it should.
    """
    lines = tuple(_contradictions(keys)) or tuple(_unreadable(paths))
    if lines:
        raise UnfitError(*lines)
    return Tls(_context(keys, paths), frozenset(keys.get("client_allowed_sans", ())))


def _contradictions(keys: Mapping[str, Any]) -> Iterator[str]:
    client_auth = keys.get("client_auth_type", ssl.CERT_NONE)
    for key in ("cert_file", "key_file"):
        if key not in keys:
            yield f".{key}: required for TLS"
    if client_auth is not ssl.CERT_NONE and "client_ca_file" not in keys:
        yield ".client_ca_file: required to verify clients"
    if client_auth is ssl.CERT_NONE and "client_ca_file" in keys:
        yield ".client_auth_type: must be RequireAndVerifyClientCert for client_ca_file to have an effect"
    if client_auth is not ssl.CERT_REQUIRED and "client_allowed_sans" in keys:
        yield ".client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert"
    if _version(keys, "min_version", "TLS12") > _version(keys, "max_version", "TLS13"):
        yield ".max_version: must not be below min_version"


def _version(keys: Mapping[str, Any], key: str, default: str) -> ssl.TLSVersion:
    version: ssl.TLSVersion = keys.get(key, _VERSIONS[default])
    return version


def _unreadable(paths: Mapping[str, Path]) -> Iterator[str]:
    for key, path in paths.items():
        try:
            path.read_bytes()
        except OSError as error:
            yield f".{key}: cannot be read ({type(error).__name__})"


def _context(keys: Mapping[str, Any], paths: Mapping[str, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _version(keys, "min_version", "TLS12")
    context.maximum_version = _version(keys, "max_version", "TLS13")
    context.options |= ssl.OP_NO_RENEGOTIATION  # a client could make the server compute without end
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # as in Go: the CA given is trusted, root or not
    context.verify_mode = keys.get("client_auth_type", ssl.CERT_NONE)
    context.set_alpn_protocols(["http/1.1"])
    if "cipher_suites" in keys:
        context.set_ciphers(":".join(keys["cipher_suites"]))
    _load(context, paths)
    return context


def _load(context: ssl.SSLContext, paths: Mapping[str, Path]) -> None:
    try:
        context.load_cert_chain(paths["cert_file"], paths["key_file"], password=lambda: b"")  # never asks a terminal
    except (OSError, ValueError):
        refuse("must hold a certificate in PEM and its unencrypted key", ".cert_file, .key_file")
    try:
        if "client_ca_file" in paths:
            context.load_verify_locations(paths["client_ca_file"])
    except OSError:
        refuse("must hold a certificate in PEM", ".client_ca_file")
