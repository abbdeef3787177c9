"""Certificates for tests, made once."""

from functools import cache
from pathlib import Path

import trustme

__all__ = ["authority", "write_client", "write_pair"]


@cache
def authority(name: str = "server") -> trustme.CA:
    """A certificate authority."""
    return trustme.CA(organization_name=name)


@cache
def _server(number: int, key_type: trustme.KeyType) -> trustme.LeafCert:
    return authority().issue_cert("localhost", "127.0.0.1", common_name=f"server-{number}", key_type=key_type)


@cache
def _client(*names: str) -> trustme.LeafCert:
    return authority("clients").issue_cert(*names)


def write_pair(directory: Path, number: int = 1, key: str = "ECDSA") -> None:
    """Writes ``cert.pem`` and ``key.pem`` of a server, and ``ca.pem`` of the clients."""
    pair = _server(number, trustme.KeyType[key])
    pair.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    pair.private_key_pem.write_to_path(directory / "key.pem")
    authority("clients").cert_pem.write_to_path(directory / "ca.pem")


def write_client(directory: Path, *names: str) -> Path:
    """Writes a client's certificate with its key into one file."""
    path = directory / "client.pem"
    _client(*names).private_key_and_cert_chain_pem.write_to_path(path)
    return path
