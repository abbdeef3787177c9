"""The only place for scripts of faults: what goes wrong, per operation, consumed in order."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import Response

__all__ = ["Fault", "FaultScript", "Forever", "Normal"]

Normal = Callable[[], Awaitable[Response]]
"""Makes the answer that the call would have had."""


class Fault(Protocol):
    """What goes wrong with one call."""

    async def respond(self, normal: Normal) -> Response:
        """The answer instead of ``normal()``."""
        ...


@dataclass(frozen=True, slots=True)
class Forever:
    """``fault`` for this call and all that follow, until the script is cleared."""

    fault: Fault


class FaultScript:
    """What will go wrong, in order, for each operation and, where asked for, one id of it.

    Attributes:
        operations: those that there are.
    """

    def __init__(self, operations: frozenset[str]) -> None:
        """A script for the operations named; it knows no others, so that no fault waits for a misspelt name."""
        self.operations = operations
        self._queues: dict[tuple[str, str | None], deque[Fault | Forever]] = {}
        self._standing: dict[tuple[str, str | None], Fault] = {}

    def add(self, operation: str, *faults: Fault | Forever, only_id: str | None = None) -> None:
        """Append to what will go wrong.

        Args:
            operation: the operationId without a version: ``getManagedClientStatus``, ``createAccessToken``, ...
            faults: one for each call to come.
            only_id: the managed client or cluster whose calls are meant; these faults come first.

        Raises:
            ValueError: there is no such operation.
        """
        if operation not in self.operations:
            msg = f"unknown operation {operation!r}; known are {', '.join(sorted(self.operations))}"
            raise ValueError(msg)
        self._queues.setdefault((operation, only_id), deque()).extend(faults)

    def next(self, operation: str, of_id: str | None) -> Fault | None:
        """Take what goes wrong with a call that has just come in; None when nothing does."""
        for key in ((operation, of_id), (operation, None)):
            if key in self._standing:
                return self._standing[key]
            if queue := self._queues.get(key):
                return self._take(key, queue.popleft())
        return None

    def clear(self, *operations: str) -> None:
        """Heal: nothing goes wrong any more with the operations named, or with any where none is."""
        healed = set(operations) or self.operations
        self._queues = {key: queue for key, queue in self._queues.items() if key[0] not in healed}
        self._standing = {key: fault for key, fault in self._standing.items() if key[0] not in healed}

    @property
    def pending(self) -> tuple[tuple[str, Fault | Forever], ...]:
        """What has not happened yet, with its operation; a ``Forever`` is off the list once it happened."""
        return tuple((operation, fault) for (operation, _id), queue in self._queues.items() for fault in queue)

    def _take(self, key: tuple[str, str | None], fault: Fault | Forever) -> Fault:
        if not isinstance(fault, Forever):
            return fault
        self._standing[key] = fault.fault
        return fault.fault
