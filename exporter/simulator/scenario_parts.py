"""The only place for what a scenario consists of. The keys of its file are the names of these fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from exporter.simulator.scenario_events import EVENTS
from exporter.simulator.stage import Stage

__all__ = ["Event", "ExpectedAlert", "Exporter", "Outside", "Scenario", "Tenant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """How the exporter that watches is run, by those who run one.

    Attributes:
        replicas: how many of them watch the same tenants.
        prometheuses: how many servers scrape them.
        settings: by their names in a configuration file.
    """

    replicas: int = 1
    prometheuses: int = 1
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Who is there at first.

    Attributes:
        clusters: how many clients each has.
        quiet: all are NORMAL and nothing befalls them of its own; otherwise they live like the demo's.
    """

    clusters: tuple[int, ...]
    quiet: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happens to a tenant.

    Attributes:
        minute: when, from the beginning.
        do: what, one of EVENTS.
        tenant: to whom; may be left out of the file where there is one.
        keys: the arguments of what happens.
    """

    minute: float
    do: str
    tenant: str = ""
    keys: Mapping[str, object] = field(default_factory=dict)

    def perform(self, stage: Stage) -> None:
        """Let it happen, at the time of the stage's clock.

        Raises:
            ValueError: there is nobody and nothing of a name.
        """
        EVENTS[self.do](stage, **self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What happens to an exporter, the network or Prometheus, which is for others to carry out.

    Attributes:
        minute: when, from the beginning.
        replica: which exporter, from 1; None for all.
    """

    minute: float
    do: Literal[
        "exporter_stop",
        "exporter_start",
        "exporter_remove",
        "config_breaks",
        "config_mended",
        "dns_fails",
        "dns_works",
    ]
    replica: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAlert:
    """What must fire; everything else must stay silent.

    Attributes:
        labels: those that count; ``client`` and ``cluster`` are names that stand for ``client_id`` and ``cluster_id``.
        fires_by: the minute.
        resolves_by: the minute; None when it still fires at the end.
    """

    alert: str
    labels: Mapping[str, str] = field(default_factory=dict)
    fires_by: float
    resolves_by: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story of tenants and what must be told of it.

    Attributes:
        summary: one sentence.
        minutes: how long it is played.
        scrape_seconds: how often the exporter is scraped meanwhile.
        tenants: by name.
        events: in order of time, as are ``outside``.
    """

    summary: str
    minutes: float
    scrape_seconds: float = 60.0
    exporter: Exporter = field(default_factory=Exporter)
    tenants: Mapping[str, Tenant]
    events: tuple[Event, ...] = ()
    outside: tuple[Outside, ...] = ()
    alerts: tuple[ExpectedAlert, ...] = ()
