"""The only place for the certificates of these tests: one good, and one for each way of being bad."""

import ssl
import warnings
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import trustme

from tests.faults.resolver import HOST

__all__ = ["client_context", "server_context", "write_authority", "write_pair"]

_DATES = {
    "expired": (None, datetime(2020, 1, 1, tzinfo=UTC)),
    "not yet valid": (datetime(2099, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),
}


@cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA(organization_name=name)


def write_authority(path: Path) -> None:
    """The certificate of the authority that issued all but one."""
    _authority("known").cert_pem.write_to_path(path)


def write_pair(folder: Path) -> None:
    """``cert.pem`` and ``key.pem`` of a good server."""
    certificate = _authority("known").issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")


@cache
def client_context() -> ssl.SSLContext:
    """Who trusts that server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _authority("known").configure_trust(context)
    return context


@cache
def server_context(kind: str = "good") -> ssl.SSLContext:
    """A tenant's TLS: ``good``, ``expired``, ``not yet valid``, ``wrong host``, ``unknown authority``, ``TLS 1.1``."""
    authority = _authority("unknown" if kind == "unknown authority" else "known")
    names = ("elsewhere.example",) if kind == "wrong host" else ("localhost", "127.0.0.1", HOST)
    begins, ends = _DATES.get(kind, (None, None))
    certificate = authority.issue_cert(*names, not_before=begins, not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if kind == "TLS 1.1":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    if kind == "HTTP/2":
        context.set_alpn_protocols(["h2", "http/1.1"])
    return context
