"""The only place that knows where to find on this machine what listens on some address."""

import socket

from exporter.settings.values import ListenAddress

__all__ = ["bound", "reachable"]

_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened on


def bound(sock: socket.socket) -> ListenAddress:
    """The address that a socket listens on, with the port that it got."""
    host, port, *_ = sock.getsockname()
    return ListenAddress(host, port)


def reachable(address: ListenAddress) -> ListenAddress:
    """An address on which a local client reaches a server that listens on ``address``."""
    return ListenAddress(_LOOPBACK.get(address.host, address.host), address.port)
