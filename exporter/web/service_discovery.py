"""The only place for ``/sd``: managed clusters as targets for Prometheus' HTTP service discovery.

Each target is this exporter with the parameters of one cluster, so that a scrape is as large as a cluster, and clusters
can be divided among several Prometheus servers or exporters.
Format: https://prometheus.io/docs/prometheus/latest/http_sd/
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.collect.snapshot import Snapshot
from exporter.web.grouping import Group, grouped
from exporter.web.landing import About
from exporter.web.refused import Refused
from exporter.web.waiting import Collections

__all__ = ["ServiceDiscovery", "host", "target_groups"]

_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?")
_MAX_PORT = 65_535

Labels = Mapping[str, str]


class ServiceDiscovery:
    """Answers from the latest snapshots; only before the first ones are there is a tenant asked."""

    def __init__(self, describe: Callable[[], About], collections: Collections) -> None:
        self._describe = describe
        self._collections = collections

    async def answer(self, request: Request) -> Response:
        """The target groups of all tenants."""
        target = host(request.headers.get("host"), request.scope.get("server"))
        groups = target_groups(await self._snapshots(request), target)
        return Response(json.dumps(groups), media_type="application/json")

    async def _snapshots(self, request: Request) -> Iterable[Snapshot]:
        latest = [tenant.latest for tenant in self._describe().tenants]
        if None not in latest:
            return filter(None, latest)
        with self._collections.place():
            granted = request.headers.get("x-prometheus-refresh-interval-seconds")
            return await self._collections.snapshots(request, granted)


def host(header: str | None, server: tuple[str, int] | None) -> str:
    """Where this exporter is to be scraped: as the asker calls it, else the address that it reached.

    Args:
        header: the field ``Host`` (RFC 9110, section 7.2), None or empty when not sent.
        server: host and port of the connection's near end.

    Raises:
        Refused: the field is no ``host[:port]``, or there is neither.
    """
    if header:
        found = _HOST.fullmatch(header)
        if found and int(found["port"] or 0) <= _MAX_PORT:
            return header
    elif server:
        name, port = server
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    raise Refused(400, "the header Host is not HOST or HOST:PORT")


def target_groups(snapshots: Iterable[Snapshot], target: str) -> list[dict[str, Any]]:
    """One group for each cluster; together they cover each managed client exactly once."""
    return [{"targets": [target], "labels": labels} for snapshot in snapshots for labels in _of_tenant(snapshot)]


def _of_tenant(snapshot: Snapshot) -> Iterator[Labels]:
    """The whole tenant while no cluster is known, so that its outage is scraped as well."""
    groups = grouped(snapshot)
    if not any(group.cluster_id for group in groups):
        yield _labels(snapshot.tenant)
        return
    for group in groups:
        yield from _of_cluster(snapshot.tenant, group) if group.cluster_id else _of_clients(snapshot.tenant, group)


def _of_cluster(tenant: str, group: Group) -> Iterator[Labels]:
    cluster = group.cluster
    yield _labels(tenant, cluster_id=group.cluster_id) | {
        "__meta_sailpoint_cluster_name": (cluster.name if cluster else None) or "",
        "__meta_sailpoint_cluster_clients": str(len(group.readings)),
    }


def _of_clients(tenant: str, group: Group) -> Iterator[Labels]:
    """Clients that were never read, and so belong to no cluster's page: one target each."""
    for reading in group.readings:
        yield _labels(tenant, client_id=reading.client.id)


def _labels(tenant: str, *, cluster_id: str = "", client_id: str = "") -> dict[str, str]:
    """The request's parameters, the same for relabelling, and an ``instance`` that tells the targets apart."""
    parameters = {"tenant": tenant, "cluster_id": cluster_id, "client_id": client_id}
    chosen = {name: value for name, value in parameters.items() if value}
    return {
        "instance": "/".join(parameters.values()).rstrip("/"),
        **{f"__param_{name}": value for name, value in chosen.items()},
        **{f"__meta_sailpoint_{name}": value for name, value in chosen.items()},
    }
