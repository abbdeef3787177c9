"""Where what listens is found."""

import socket

import pytest

from exporter.cli.addresses import bound, reachable
from exporter.settings.values import ListenAddress


@pytest.mark.parametrize(
    ("host", "found"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1"), ("va", "va")],  # noqa: S104 - not listened on
)
def test_server_on_all_addresses_is_found_on_loopback(host: str, found: str) -> None:
    """All addresses include loopback; one address is reached as itself."""
    assert reachable(ListenAddress(host, 9853)) == (found, 9853)


def test_socket_tells_the_port_it_got() -> None:
    """Port 0 becomes the port that the system chose."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        assert bound(sock) == ("127.0.0.1", sock.getsockname()[1])
