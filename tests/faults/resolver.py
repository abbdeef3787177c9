"""The only place for name lookups: a resolver on loopback, and the file that leads to it.

The program sees the file in a mount namespace of its own, as ``/etc/resolv.conf``.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

__all__ = ["HOST", "RESOLVING", "Resolver", "resolver"]

HOST = "localhost.tenant.example"

RESOLVING = (
    "unshare", "--mount", "sh", "-c",
    'mount --bind {folder}/resolv.conf /etc/resolv.conf && exec "$@"', "sh",
)  # fmt: skip
"""The command that makes the file hold."""

_addresses = itertools.count(2)
_RESPONSE_CODES = {"good": 0, "SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5, "empty": 0}


class Resolver(asyncio.DatagramProtocol):
    """Says that every name is loopback, until it is told otherwise.

    Attributes:
        says: ``good``, ``SERVFAIL``, ``NXDOMAIN``, ``REFUSED``, ``empty``, ``garbage`` or ``silence``.
        asked: how many questions came.
    """

    def __init__(self) -> None:
        self.says = "good"
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # as datagrams have it
        """The socket is there."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A question."""
        self.asked += 1
        assert self._transport
        if self.says != "silence":
            self._transport.sendto(b"\xff" * 40 if self.says == "garbage" else self._answer(data), addr)

    def _answer(self, question: bytes) -> bytes:
        end = question.index(b"\0", 12) + 5
        wants_ipv4 = question[end - 4 : end - 2] == b"\0\1"
        found = self.says == "good" and wants_ipv4
        flags = bytes([0x81, 0x80 | _RESPONSE_CODES[self.says]])
        head = question[:2] + flags + b"\0\1" + bytes([0, found]) + b"\0\0\0\0" + question[12:end]
        return head + (b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if found else b"")


@asynccontextmanager
async def resolver(folder: Path) -> AsyncIterator[Resolver]:
    """A resolver, and the file that names it."""
    address = f"127.53.53.{next(_addresses)}"
    (folder / "resolv.conf").write_text(f"nameserver {address}\n")
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(Resolver, local_addr=(address, 53))
    try:
        yield protocol
    finally:
        transport.close()
