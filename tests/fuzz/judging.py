"""What must hold whatever a tenant answers: a value or a known reason, and a page that every parser takes."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.api.answer import read_document, read_list
from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.api.listing import Page
from exporter.api.outbound import Ask
from exporter.collect.memory import Memories
from exporter.collect.snapshot import Collector, ManagedClient, Memory, Reading, Run, Snapshot
from exporter.errors import ApiError, Reason
from exporter.metrics import Format, Pages, Telemetry
from tests.metrics.snapshots import CLOCK, EPOCH_SECONDS

__all__ = ["Batch", "read"]

_parse_openmetrics: Callable[[str], Iterable[Any]] = openmetrics_parser.text_string_to_metric_families

_NOT_OF_PARSING = frozenset(Reason) - {Reason.JSON, Reason.SCHEMA, Reason.TOO_LARGE}


def read(ask: Ask[Any], body: bytes, loop: asyncio.AbstractEventLoop) -> Any:
    """What the exporter makes of an answer's body: a value, or the reason for which there is none.

    Raises:
        Exception: anything but ApiError is a defect, and so is an ApiError for an unheard-of reason.
    """
    response = httpx.Response(
        200, content=body, headers={"Content-Type": "application/json", "Content-Length": str(len(body))}
    )
    reading = read_list if ask.operation.lists else read_document
    try:
        return ask.parse(loop.run_until_complete(reading(response, ask.limit_bytes)))
    except ApiError as error:
        reason, detail = error.reason, error.detail
    assert reason not in _NOT_OF_PARSING, reason
    assert detail.isprintable(), "the detail is not one line"
    return reason


@dataclass
class Batch:
    """The answers of a cycle, and the page that they make."""

    statuses: list[ManagedClientStatus | Reason] = field(default_factory=list)
    listed: dict[str, ListedManagedClient] = field(default_factory=dict)
    clusters: dict[str, ManagedCluster] = field(default_factory=dict)
    health: list[HealthIndicators] = field(default_factory=list)

    def take(self, value: Any) -> None:
        """Put a value where a cycle would."""
        match value:
            case ManagedClientStatus() | Reason():
                self.statuses.append(value)
            case HealthIndicators():
                self.health.append(value)
            case Page(entries=entries):
                for entry_id, entry in entries.items():
                    (self.clusters if isinstance(entry, ManagedCluster) else self.listed)[entry_id] = entry
            case _:
                message = f"a value of no kind: {type(value).__name__}"
                raise AssertionError(message)

    def judge(self) -> int:
        """See that the page is sound in both formats; the number of its series."""
        snapshots = (self._snapshot(),)
        pages = Pages(Telemetry(clock=CLOCK, version="1.2.3", revision="0abc"), CLOCK)
        text = pages.render(snapshots, Format.TEXT).body.decode()
        openmetrics = pages.render(snapshots, Format.OPENMETRICS).body.decode()
        return max(_sound(parse_text(text)), _sound(_parse_openmetrics(openmetrics)))

    def _snapshot(self) -> Snapshot:
        fleet = [ManagedClient(f"fuzz-{number}", "VA") for number in range(len(self.statuses))]
        fleet += [ManagedClient(client_id, "VA") for client_id in self.listed]
        memories = Memories(fleet)
        for client, health in zip(fleet, self.health, strict=False):
            memories.health(client, health, 1, EPOCH_SECONDS)
        readings = [
            Reading(client, outcome, EPOCH_SECONDS, memories.ended(client, outcome, EPOCH_SECONDS))
            for client, outcome in zip(fleet, self.statuses, strict=False)
        ]
        readings += [
            Reading(client, Reason.SKIPPED, EPOCH_SECONDS, self._listed(memories, client), self.listed[client.id])
            for client in fleet[len(self.statuses) :]
        ]
        clusters, runs = tuple(self.clusters.values()), tuple(Run(collector, 0.5) for collector in Collector)
        return Snapshot("acme", 1_000.0, 1_001.0, 9.5, tuple(readings), clusters, runs)

    def _listed(self, memories: Memories, client: ManagedClient) -> Memory:
        return memories.listed(client, self.listed[client.id], EPOCH_SECONDS)


def _sound(families: Iterable[Any]) -> int:
    """How many samples there are, each once, and each a number."""
    series: Counter[tuple[str, frozenset[tuple[str, str]]]] = Counter()
    for family in families:
        for sample in family.samples:
            assert math.isfinite(sample.value), sample
            series[sample.name, frozenset(sample.labels.items())] += 1
    repeated = [name for name, times in series.items() if times > 1]
    assert not repeated, repeated
    return len(series)
