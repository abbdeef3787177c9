"""The only place for where sockets are: on this machine's loopback, or on that of a network namespace of their own."""

import asyncio
import ctypes
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

__all__ = ["Place", "own_namespace"]

_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Place:
    """A loopback.

    Attributes:
        pid: a process in the network namespace; None for this machine's own.
    """

    pid: int | None = None

    @property
    def entered(self) -> tuple[str, ...]:
        """The command that starts another one there."""
        return () if self.pid is None else ("nsenter", f"--target={self.pid}", "--net")

    def made(self) -> socket.socket:
        """A stream socket, which stays where it was made."""
        made: list[socket.socket] = []
        thread = threading.Thread(target=lambda: made.append(self._made()))  # a thread has a namespace of its own
        thread.start()
        thread.join()
        return made[0]

    def listening(self, port: int, host: str = "127.0.0.1", backlog: int = 128) -> socket.socket:
        """A socket that listens; port 0 is any."""
        sock = self.made()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(backlog)
        return sock

    def free_port(self) -> int:
        """A port that nobody listens on."""
        with self.made() as sock:
            sock.bind(("127.0.0.1", 0))
            return int(sock.getsockname()[1])

    async def connected(
        self, port: int, context: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to somebody there."""
        sock = self.made()
        sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
        try:
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except BaseException:
            sock.close()
            raise
        return await asyncio.open_connection(
            sock=sock, limit=1 << 26, ssl=context, server_hostname="localhost" if context else None
        )

    def _made(self) -> socket.socket:
        if self.pid is not None:
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/proc/{self.pid}/ns/net") as namespace:  # noqa: PTH123 - a path of the kernel's
                if libc.setns(namespace.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return socket.socket()


@asynccontextmanager
async def own_namespace() -> AsyncIterator[Place]:
    """A network namespace with nothing but its loopback, whose rules can be broken."""
    script = "ip link set lo up && ip rule add pref 10 lookup local && ip rule del pref 0 && echo && exec sleep 3600"
    holder = await asyncio.create_subprocess_exec(
        "unshare", "--net", "sh", "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout
    await holder.stdout.readline()
    try:
        yield Place(holder.pid)
    finally:
        holder.kill()
        await holder.wait()
