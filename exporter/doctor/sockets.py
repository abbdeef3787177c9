"""The only place where the doctor itself touches the network: a name lookup, and a connection that says nothing."""

import asyncio
import os
import socket

from exporter.errors import ApiError, Reason

__all__ = ["look_up", "open_and_close"]

_PATIENCE_SECONDS = 5.0
"""As long as the exporter itself waits for a connection; how long it waits for a name its loop decides."""


async def look_up(host: str, port: int) -> int:
    """The number of addresses that a host has.

    Raises:
        ApiError: DNS.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ApiError(Reason.DNS, f"not resolved: {getattr(error, 'strerror', None) or 'not a host name'}") from None
    return len({address for *_, address in found})


async def open_and_close(host: str, port: int) -> None:
    """See whether connections are accepted.

    Raises:
        ApiError: CONNECT or CONNECT_TIMEOUT.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise ApiError(Reason.CONNECT_TIMEOUT, f"no connection in {_PATIENCE_SECONDS:.0f} s") from None
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else "refused on each of its addresses"
        raise ApiError(Reason.CONNECT, said) from None
    writer.close()
