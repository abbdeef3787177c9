"""The only place for what an event of a scenario acts on: a tenant with its world and its clock, and their names."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.simulator.app import SimulatedTenant
from exporter.simulator.timeline import StagedClock
from exporter.simulator.world import World

__all__ = ["Stage"]

_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Stage:
    """A tenant, and what it is made of."""

    tenant: SimulatedTenant
    world: World
    clock: StagedClock

    def client_ids(self, names: Iterable[str]) -> list[str]:
        """The ids of clients that are there.

        Raises:
            ValueError: somebody is not.
        """
        try:
            return [self.world.roster.clients[self.world.roster.client(name).id].id for name in names]
        except KeyError:
            message = f"not all of these clients are there: {', '.join(names)}"
            raise ValueError(message) from None

    def cluster_id(self, name: str) -> str:
        """The id of a cluster.

        Raises:
            ValueError: there is none of that name.
        """
        try:
            return self.world.roster.cluster(name).id
        except KeyError:
            message = f"there is no cluster {name}"
            raise ValueError(message) from None

    def operations(self, names: Iterable[str]) -> frozenset[str]:
        """The operations of these names, ``*`` for all.

        Raises:
            ValueError: there is no such operation.
        """
        known = self.tenant.faults.operations
        if unknown := set(names) - known - {_EVERY}:
            message = f"unknown operation {min(unknown)!r}; known are {', '.join(sorted(known))} and {_EVERY}"
            raise ValueError(message)
        return known if _EVERY in names else frozenset(names)
