"""The only place that says what the page at ``/`` is told."""

from dataclasses import dataclass

from exporter.collect.snapshot import Snapshot

__all__ = ["About", "TenantFacts"]


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant, and what the latest scrape said about it.

    Attributes:
        name: the label ``tenant``.
        managed_clients: how many are asked about.
        latest: the latest snapshot; None before the first scrape.
    """

    name: str
    managed_clients: int
    latest: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The exporter and its tenants as they stand."""

    version: str
    tenants: tuple[TenantFacts, ...]
