"""Reaching below HTTP, with peers that do not react; the seconds are virtual."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from exporter.doctor.sockets import look_up, open_and_close
from exporter.errors import ApiError, Reason


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that it lets further ones wait."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def test_peer_that_does_not_react(deaf_port: int) -> None:
    """Silence is told from refusal."""
    with pytest.raises(ApiError) as raised:
        await open_and_close("127.0.0.1", deaf_port)
    assert raised.value.reason is Reason.CONNECT_TIMEOUT


async def test_host_that_is_none() -> None:
    """What cannot be written for a resolver is not resolved either."""
    with pytest.raises(ApiError, match="not a host name") as raised:
        await look_up("a" * 64 + ".test", 443)
    assert raised.value.reason is Reason.DNS


async def test_addresses_are_counted_once() -> None:
    """An address counts once, whatever it is good for."""
    assert await look_up("127.0.0.1", 443) == 1
