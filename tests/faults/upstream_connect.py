"""Faults between the exporter and the tenant: names, routes, connections, TLS, time. Catalogue 2.1."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.faults.arena import Arena
from tests.faults.behaviours import Answers, End, InTurn, Late, Says, Squeezed
from tests.faults.fault import ALL, ONE, Conditions, Fault
from tests.faults.good import json_answer, status_document
from tests.faults.resolver import HOST, RESOLVING

__all__ = ["ROWS"]

DOCUMENT = json_answer(status_document())
HALF = DOCUMENT[: len(DOCUMENT) - 100]
CHUNKS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

NAMED = Conditions(resolver=True, host=HOST, tls=True, wrapped=RESOLVING)
TLS = Conditions(tls=True, host="localhost")
ROUTED = Conditions(namespace=True)


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody listens at the tenant's port, or only a queue that is full."""

    queue_is_full: bool = False

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Leave the port."""
        await arena.tenant.shut()
        fillers = []
        if self.queue_is_full:
            fillers.append(arena.place.listening(arena.tenant.port, backlog=0))
            for _ in range(3):
                filler = arena.place.made()
                filler.setblocking(False)  # noqa: FBT003 - the standard library's signature
                filler.connect_ex(("127.0.0.1", arena.tenant.port))
                fillers.append(filler)
        yield
        for filler in fillers:
            filler.close()
        await arena.relisten()


WITHOUT_TLS = {
    "plain": Says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    "silence": Says(end=End.SILENCE),
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """The tenant shows another certificate, or speaks ``plain``, or says nothing: ``silence``."""

    kind: str

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Listen again so."""
        await arena.tenant.shut()
        arena.tenant.fail("connection", WITHOUT_TLS.get(self.kind))
        await arena.relisten(self.kind)
        yield
        await arena.tenant.shut()
        arena.tenant.fail("connection", None)
        await arena.relisten()


@dataclass(frozen=True, slots=True)
class Names:
    """The resolver says something else."""

    say: str

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Say it; connections that are there end, so that names are needed."""
        assert arena.resolver
        arena.resolver.says = self.say
        await arena.tenant.drop()
        yield
        arena.resolver.says = "good"


@dataclass(frozen=True, slots=True)
class Route:
    """The kernel has no way to the tenant."""

    kind: str

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Break the rules; the scraper comes to another port, whose way stays."""
        port = str(arena.tenant.port)
        rule = ("pref", "5", "to", "127.0.0.1", "ipproto", "tcp", "dport", port, self.kind)
        await arena.tenant.drop()
        await arena.execute("ip", "rule", "add", *rule)
        yield
        await arena.execute("ip", "rule", "del", *rule)


def _tls(letter: str, kind: str, word: str = "") -> Fault:
    return Fault(
        id=f"U{letter}", name=f"certificate: {kind}", inject=Certificate(kind), fails=ALL, reasons=("tls",), under=TLS,
        logs=f"reason=tls.*{word}", requests=(0, 0),
    )  # fmt: skip


def _names(row: str, say: str, seconds: float = 0.2) -> Fault:
    return Fault(
        id=row, name=f"resolver: {say}", inject=Names(say), fails=ALL, reasons=("dns",), under=NAMED,
        requests=(0, 0), grants_seconds=4.0, recovers_seconds=seconds,
    )  # fmt: skip


def _reset(row: str, name: str, says: Says, reason: str) -> Fault:
    # A kept connection that dies is replaced once, so a scrape may ask twice.
    return Fault(id=row, name=name, inject=Answers(says), fails=ONE, reasons=(reason,), requests=(9, 12))


ROWS = (
    _names("U01", "NXDOMAIN"),
    _names("U01b", "SERVFAIL"),
    _names("U01c", "REFUSED"),
    _names("U01d", "empty"),
    _names("U02", "silence", 5.0),
    _names("U02b", "garbage", 5.0),
    Fault(
        id="U03",
        name="nobody listens",
        inject=Gone(),
        fails=ALL,
        reasons=("connect",),
        requests=(0, 0),
        logs="Connection refused",
    ),
    Fault(
        id="U04",
        name="queue of connections is full",
        inject=Gone(queue_is_full=True),
        fails=ALL,
        requests=(0, 0),
        reasons=("connect_timeout",),
        grants_seconds=5.0,
        within_seconds=2.2,
    ),
    Fault(
        id="U05", name="network unreachable", inject=Route("unreachable"), fails=ALL, reasons=("connect",), under=ROUTED
    ),
    Fault(
        id="U05b",
        name="egress denied by policy",
        inject=Route("prohibit"),
        fails=ALL,
        reasons=("connect",),
        under=ROUTED,
    ),
    _tls("06", "expired", "expired"),
    _tls("06b", "not yet valid", "not yet valid"),
    _tls("07", "wrong host", "mismatch"),
    _tls("08", "unknown authority", "self-signed|issuer"),
    Fault(
        id="U09",
        name="TLS handshake stalls",
        inject=Certificate("silence"),
        fails=ALL,
        reasons=("connect_timeout",),
        grants_seconds=5.0,
        within_seconds=2.4,
        under=TLS,
    ),
    Fault(id="U09b", name="TLS to a port without", inject=Certificate("plain"), fails=ALL, reasons=("tls",), under=TLS),
    _tls("10", "TLS 1.1"),
    _reset("U11", "reset before the answer", Says(end=End.RESET), "reset"),
    _reset("U11b", "close before the answer", Says(), "protocol"),
    Fault(
        id="U12",
        name="kept connections die silently",
        inject=Answers(Says(DOCUMENT)),
        requests=(9, 18),
    ),
    _reset("U13", "reset in the body", Says(HALF, End.RESET), "reset"),
    _reset("U14", "body shorter than announced", Says(HALF), "protocol"),
    _reset("U14c", "close in the header", Says(b"HTTP/1.1 200 OK\r\nContent-"), "protocol"),
    _reset("U14b", "chunks cut off", Says(CHUNKS + b"8\r\n{}"), "protocol"),
    Fault(
        id="U16",
        name="body drips",
        inject=Answers(Says(DOCUMENT, piece_bytes=1, pause_seconds=0.05)),
        fails=ONE,
        reasons=("deadline",),
        requests=(9, 9),
    ),
    Fault(
        id="U16b",
        name="header drips",
        fails=ONE,
        reasons=("deadline",),
        inject=Answers(Says(b"HTTP/1.1 200 OK\r\nX-Long: " + 500 * b"x", piece_bytes=1, pause_seconds=0.05)),
    ),
    Fault(
        id="U17",
        name="endless early hints",
        fails=ONE,
        reasons=("deadline",),
        inject=Answers(Says(then=b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_seconds=0.02)),
    ),
    Fault(
        id="U18", name="accepts, never answers", inject=Answers(Says(end=End.SILENCE)), fails=ONE, reasons=("deadline",)
    ),
    Fault(
        id="U18b",
        name="nobody is answered",
        inject=Answers(Says(end=End.SILENCE), at=("status",)),
        fails=ALL,
        reasons=("deadline",),
        requests=(9, 9),
    ),
    Fault(id="U19", name="100 bytes a second", inject=Answers(Squeezed(100)), fails=ONE, reasons=("deadline",)),
    Fault(id="U19b", name="1 KB a second", inject=Answers(Squeezed(1000)), requests=(9, 9)),
    Fault(id="U20", name="300 ms late", inject=Answers(Late(0.3), at=("status",)), within_seconds=0.6, requests=(9, 9)),
    Fault(
        id="U23",
        name="every second connection is reset",
        fails=(),
        requests=(9, 18),
        inject=Answers(InTurn((None, Says(DOCUMENT, End.RESET)), again=True)),
    ),
)
