"""The only place that decides which managed clients a cycle asks about. Pure: values in, a plan out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.collect.snapshot import ManagedClient, Memory

__all__ = ["Plan", "plan_cycle", "plan_health", "wants_list"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A cycle's intentions: every managed client of the fleet is in exactly one of the two.

    Attributes:
        calls: the clients to ask about, in that order.
        skipped: the clients that the rate budget leaves no room for.
    """

    calls: tuple[ManagedClient, ...]
    skipped: tuple[ManagedClient, ...]


def wants_list(fleet: Sequence[ManagedClient], capacity: int, *, discovering: bool) -> bool:
    """Whether to ask for the list of clients: to find them, or because there are too many for a call each.

    The list tells status and age of 250 clients in one call.
    """
    return discovering or len(fleet) > capacity


def plan_cycle(fleet: Sequence[ManagedClient], memories: Mapping[ManagedClient, Memory], capacity: int) -> Plan:
    """Ask about those first who were asked longest ago, so that nobody starves under a small budget.

    Args:
        fleet: all managed clients of the tenant.
        memories: what is remembered of each.
        capacity: calls that the rate budget can admit before the deadline.
    """
    in_line = sorted(fleet, key=lambda client: memories[client].last_asked_cycle)
    return Plan(calls=tuple(in_line[:capacity]), skipped=tuple(in_line[capacity:]))


def plan_health(
    fleet: Sequence[ManagedClient], memories: Mapping[ManagedClient, Memory], capacity: int
) -> tuple[ManagedClient, ...]:
    """Whose health to ask for with what is left of the budget: theirs who were asked for it longest ago."""
    return tuple(sorted(fleet, key=lambda client: memories[client].last_health_cycle)[:capacity])
