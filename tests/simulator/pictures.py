"""Managed clients at a moment, as the tests of the documents need them."""

from typing import Any

from exporter.simulator.appliance import Appliance
from exporter.simulator.fleet import Client, Cluster
from exporter.simulator.life import Life, Phase, Stage, vitals

__all__ = ["CLUSTER", "NOW", "picture"]

NOW = 1755000000.0
"""12 August 2025, 12:00 UTC."""

CLUSTER = Cluster(0, "c2a2139cbc754e42b4279a69ec5f58ec", "idn", "VA", 5, -6)


def picture(phase: Phase = Phase.NORMAL, **changes: Any) -> Appliance:
    """A client that has been in the phase for 1000 s and was seen 5 s before it began.

    Args:
        phase: what it goes through.
        changes: of the client (``index``, ``type``, ...), ``cluster``, ``turn``, ``reported``.
    """
    cluster: Cluster = changes.pop("cluster", CLUSTER)
    turn, reported = changes.pop("turn", None), changes.pop("reported", {})
    facts = {"index": 0, "id": "1528", "client_id": "00be54a2", "type": "VA", "pulse": 271828, "position": 0}
    client = Client(cluster_id=cluster.id, **{**facts, **changes})
    life = Life((Stage(phase),), NOW - 1000, NOW - 1005)
    return Appliance(client, cluster, NOW, vitals(life, client.pulse, NOW), turn, reported)
