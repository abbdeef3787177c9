"""The only place for what a fault is: data that say what goes wrong, what is expected meanwhile, and how it ends."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.faults.arena import Arena

__all__ = ["ALL", "NONE", "ONE", "ComplaintError", "Conditions", "Fault", "Injection", "NotRunnable", "Refusal"]

ONE: tuple[str, ...] = ("5002",)
"""The managed client that suffers when one does."""

ALL: tuple[str, ...] = ("5001", "5002", "5003")
NONE: tuple[str, ...] = ()


class ComplaintError(AssertionError):
    """What an injection itself finds wrong."""


class Injection(Protocol):
    """Something that goes wrong while its block is entered, and is mended when that is left."""

    def during(self, arena: "Arena") -> AbstractAsyncContextManager[None]:
        """Do harm."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds before the program starts; programs under equal conditions serve for several faults.

    Attributes:
        settings: ``NAME=value``, in which ``{folder}`` stands for the scratch directory, or ``NAME`` to take it away.
        files: the contents of files in the scratch directory.
        wrapped: the command that starts the program, such as ``prlimit``; ``{folder}`` as above.
        tls: whether the tenant speaks TLS.
        host: the tenant's host in the base URL.
        token_life_seconds: ``expires_in`` of the tokens.
        resolver: whether names are looked up with a server of our own.
        secured: whether the exporter speaks TLS.
        users: whether the exporter wants a password.
        namespace: whether program, tenant and scraper are in a network namespace of their own.
    """

    settings: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    wrapped: tuple[str, ...] = ()
    tls: bool = False
    host: str = "127.0.0.1"
    token_life_seconds: float = 3600
    resolver: bool = False
    secured: bool = False
    users: bool = False
    namespace: bool = False

    @property
    def need_root(self) -> bool:
        """Whether only root can arrange them."""
        return self.resolver or self.namespace or "unshare" in self.wrapped or "setpriv" in self.wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row: a good scrape, the injection, three scrapes, its end, one scrape.

    Attributes:
        id: the catalogue's row, with a letter where it has several variants.
        inject: what goes wrong.
        fails: the managed clients that cannot be read meanwhile.
        reasons: why, all of them and no other.
        reads: the age shown meanwhile of ``ONE`` if it does not fail, None for nothing.
        requests: fewest and most status requests in the three scrapes; None when the row is not about them.
        token_requests: likewise.
        grants_seconds: the scraper's timeout, on which the deadline depends.
        status: of the page meanwhile.
        within_seconds: what a scrape may take when that is less, or more, than the deadline.
        expires_seconds: what passes between the good scrape and the injection.
        recovers_seconds: what passes between the end and the scrape that is right again: the back-off.
        shows, lacks: patterns that each page meanwhile must match, or must not.
        logs: pattern that the program's output must match afterwards.
        grows_mebibytes: by how much more than that the resident memory may not have grown afterwards.
        spoils: whether the program is another afterwards, and can serve no further row.
        under: what holds before the program starts.
        control: why the control does not take part; it does without a reason.
    """

    id: str
    name: str
    inject: Injection
    fails: tuple[str, ...] = NONE
    reasons: tuple[str, ...] = ()
    reads: float | None = 22.0
    requests: tuple[int, int] | None = None
    token_requests: tuple[int, int] | None = None
    grants_seconds: float = 2.0
    status: int = 200
    within_seconds: float | None = None
    expires_seconds: float = 0.0
    recovers_seconds: float = 0.2
    shows: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    logs: str = ""
    grows_mebibytes: float = 8.0
    spoils: bool = False
    under: Conditions = field(default_factory=Conditions)
    control: str = ""

    @property
    def limit_seconds(self) -> float:
        """The longest that a scrape may take: the deadline and 0.3 s, unless the row says otherwise."""
        deadline_seconds = min(max(self.grants_seconds - 0.5, 1.0), 30.0)
        return (deadline_seconds if self.within_seconds is None else self.within_seconds) + 0.3

    @property
    def expected(self) -> Mapping[str, float | None]:
        """The age shown meanwhile of each managed client."""
        ages = {"5001": 11.0, "5002": self.reads, "5003": 33.0}
        return {client: None if client in self.fails else age for client, age in ages.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One row of what must not even start.

    Attributes:
        exits: the exit status.
        says: pattern that the output must match.
        within_seconds: how soon it must end.
    """

    id: str
    name: str
    exits: int = 2
    says: str = ""
    under: Conditions = field(default_factory=Conditions)
    within_seconds: float = 10.0
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRunnable:
    """A row of the catalogue that is no run of one process, and what holds it instead."""

    id: str
    name: str
    why: str
