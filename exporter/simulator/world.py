"""The only place for the simulated tenant's state: who is there, what was done to them, and what is known of them now.

Knows no HTTP: ids go in, JSON documents come out, computed at the moment of asking from the seed and a clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from exporter.simulator.appliance import Appliance
from exporter.simulator.fleet import Client, Cluster, born_life
from exporter.simulator.inventory import client_document, cluster_document
from exporter.simulator.jobs import TURN_SECONDS, Upgrade
from exporter.simulator.life import Life, Phase, Stage, vitals
from exporter.simulator.roster import Roster
from exporter.simulator.status_documents import aggregated_document, health_document, status_document
from exporter.simulator.upgrades import Upgrades

__all__ = ["Phase", "World"]

_UPGRADED_CLUSTERS = 10
"""Every tenth cluster is upgraded again and again, the first one from the start."""

_REST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Report:
    """What a client said of itself through updateManagedClientStatus."""

    received_epoch_seconds: float
    status: str | None
    body: Mapping[str, Any]


class World:
    """A tenant's managed clients and clusters, the same for the same seed, clock and calls.

    Of two heartbeats the later counts: a report that was sent in (``report_status``) holds until the simulated
    appliance, if it is alive, reports again 10 to 30 s later.

    Attributes:
        roster: who is there.
    """

    def __init__(  # noqa: PLR0913 - options by keyword, each with a default
        self,
        *,
        clients: int = 12,
        clusters: int = 3,
        seed: int = 1,
        roster: Roster | None = None,
        epoch_seconds: Callable[[], float],
        work_orders_in_status: bool = True,
    ) -> None:
        """Populate the world.

        Args:
            clients: how many; dealt out to the clusters in turn.
            clusters: how many, at least one; those without a client report NO_CLIENTS.
            seed: of ids, heartbeats and facts.
            roster: who is there, instead of the three above.
            epoch_seconds: the clock; the world is born at its present reading.
            work_orders_in_status: put the work order of clients that have jobs into the status document, as
                ``body.body``. An assumption: the published reference shows jobs in the answer of
                updateManagedClientStatus only, and gives the status body no schema. Off, the document has exactly
                the keys of the published sample.

        Raises:
            ValueError: without a cluster.
        """
        self.roster = roster or Roster.dealt(clients, clusters, seed)
        self._epoch_seconds = epoch_seconds
        self._work_orders_in_status = work_orders_in_status
        self._born_epoch_seconds = epoch_seconds()
        self._lives: dict[str, Life] = {}
        self._reports: dict[str, _Report] = {}
        self._upgrades = Upgrades()
        if not self.roster.quiet:
            self._begin_born_upgrades()

    def client_ids_and_types(self) -> tuple[tuple[str, str], ...]:
        """Every client that was not removed, also those never seen, in the lists' order."""
        return tuple((client.id, client.type) for client in self.roster.clients.values())

    def status_document(self, client_id: str, client_type: str) -> dict[str, Any] | None:
        """ManagedClientStatus, or None for an unknown id.

        ``client_type`` is what the caller asserts; what a mismatch does is unpublished, so the answer ignores it and
        carries the client's own type, as in the published sample.
        """
        del client_type
        appliance = self._appliance_of(client_id)
        if appliance is None:
            return None
        shows_order = self._work_orders_in_status and appliance.turn is not None
        return status_document(appliance, with_work_order=shows_order)

    def report_status(self, client_id: str, document: Mapping[str, Any]) -> dict[str, Any] | None:
        """A client's heartbeat (ManagedClientStatus): store it, answer its work order; None for an unknown id."""
        client = self.roster.clients.get(client_id)
        if client is None:
            return None
        body = document.get("body")
        said = body if isinstance(body, Mapping) else {}
        self._reports[client_id] = _Report(self._epoch_seconds(), document.get("status"), said)
        return aggregated_document(self._appliance(client))

    def client_documents(self, generation: str, window: slice | None = None) -> list[dict[str, Any]]:
        """Every ManagedClient in an order that never changes, or only those in the window (one page is cheap)."""
        clients = list(self.roster.clients.values())[window or slice(None)]
        return [client_document(self._appliance(client), generation) for client in clients]

    def client_document(self, client_id: str, generation: str) -> dict[str, Any] | None:
        """ManagedClient, or None for an unknown id."""
        appliance = self._appliance_of(client_id)
        return None if appliance is None else client_document(appliance, generation)

    def health_document(self, client_id: str) -> dict[str, Any] | None:
        """ManagedClientHealthIndicators; None for an unknown id, one never seen, and types other than VA and CCG."""
        appliance = self._appliance_of(client_id)
        return None if appliance is None else health_document(appliance)

    def cluster_documents(self, generation: str) -> list[dict[str, Any]]:
        """Every ManagedCluster, in an order that never changes."""
        return [self._cluster_document(cluster, generation) for cluster in self.roster.clusters.values()]

    def cluster_document(self, cluster_id: str, generation: str) -> dict[str, Any] | None:
        """ManagedCluster, or None for an unknown id."""
        cluster = self.roster.clusters.get(cluster_id)
        return None if cluster is None else self._cluster_document(cluster, generation)

    def place(self, client_id: str, phase: Phase) -> None:
        """From now on the client is in that phase, whatever it reported; jobs held or of its own end.

        Raises:
            KeyError: unknown id; likewise in all switches below.
        """
        before = self._appliance(self.roster.clients[client_id])
        now = before.now_epoch_seconds
        self._lives[client_id] = Life((Stage(phase),), now, before.vitals.last_seen_epoch_seconds)
        self._reports.pop(client_id, None)
        self._upgrades.end_own(client_id)
        if phase is Phase.UPGRADING:
            self._upgrades.begin_client(client_id, Upgrade(now, 1, before.release + 1))

    def add_client(self, cluster_id: str, phase: Phase = Phase.NORMAL) -> None:
        """One more client appears in the cluster; it was never seen before."""
        client = self.roster.add_client(cluster_id)
        self._lives[client.id] = Life((Stage(phase),), self._epoch_seconds(), None)

    def remove(self, client_id: str) -> None:
        """The client is gone from every document."""
        self.roster.remove_client(client_id)

    def begin_upgrade(self, cluster_id: str) -> None:
        """Upgrade the cluster once, from now on, one appliance at a time; jobs held or of a client's own end."""
        members = [self._appliance(client) for client in self.roster.members(cluster_id)]
        turns = 1 + max((member.client.position for member in members), default=0)
        release = 1 + max((member.release for member in members), default=0)
        for member in members:
            self._upgrades.end_own(member.client.id)
        self._upgrades.begin_cluster(cluster_id, Upgrade(self._epoch_seconds(), turns, release))

    def hold_jobs(self, client_id: str, state: str) -> None:
        """From now on the client's jobs stand still in that state, as stuck or failed ones do.

        A client without jobs is given some.
        """
        client, now = self.roster.clients[client_id], self._epoch_seconds()
        if self._upgrades.turn(client, now) is None:
            self._upgrades.begin_client(client_id, Upgrade(now, 1))
        self._upgrades.hold(client_id, state)

    def release_jobs(self, client_id: str) -> None:
        """From now on the client's jobs are where they would be if they had never stood still."""
        self._upgrades.release(self.roster.clients[client_id].id)

    def notify_out_of_date(self, cluster_id: str) -> None:
        """From now on the tenant finds the cluster out of date."""
        self.roster.amend_cluster(cluster_id, out_of_date_since_epoch_seconds=self._epoch_seconds())

    def _begin_born_upgrades(self) -> None:
        """Under way since one and a half turns, so that there are jobs of every state at once."""
        begun = self._born_epoch_seconds - 1.5 * TURN_SECONDS
        for cluster in self.roster.clusters.values():
            members = self.roster.members(cluster.id)
            if members and cluster.index % _UPGRADED_CLUSTERS == 0:
                self._upgrades.begin_cluster(cluster.id, Upgrade(begun, len(members), rest_seconds=_REST_SECONDS))

    def _appliance_of(self, client_id: str) -> Appliance | None:
        client = self.roster.clients.get(client_id)
        return None if client is None else self._appliance(client)

    def _appliance(self, client: Client) -> Appliance:
        now = self._epoch_seconds()
        turn, report = self._upgrades.turn(client, now), self._reports.get(client.id)
        life = self._lives.get(client.id) or born_life(client, self._born_epoch_seconds)
        appliance = Appliance(
            client,
            self.roster.clusters[client.cluster_id],
            now,
            vitals(life, client.pulse, now, turn.deaf_since_epoch_seconds if turn else None),
            turn,
        )
        return appliance if report is None else _with_report(appliance, report)

    def _cluster_document(self, cluster: Cluster, generation: str) -> dict[str, Any]:
        members = [self._appliance(client) for client in self.roster.members(cluster.id)]
        return cluster_document(cluster, members, generation)


def _with_report(appliance: Appliance, report: _Report) -> Appliance:
    """The client as it reported itself, unless it was heard from since."""
    received = report.received_epoch_seconds
    if received < (appliance.vitals.last_seen_epoch_seconds or 0.0):
        return appliance
    stand = replace(
        appliance.vitals,
        status=report.status,
        last_seen_epoch_seconds=received,
        observed_epoch_seconds=appliance.now_epoch_seconds,
    )
    return replace(appliance, vitals=stand, reported=report.body)
