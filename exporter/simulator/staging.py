"""The only place that puts a scenario on: simulated tenants that play it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from exporter.simulator.app import SimulatedTenant
from exporter.simulator.roster import Roster
from exporter.simulator.scenario_parts import Scenario, Tenant
from exporter.simulator.stage import Stage
from exporter.simulator.timeline import StagedClock, Timeline
from exporter.simulator.world import World

__all__ = ["stage_of", "staged"]

_MINUTE_SECONDS = 60.0


def staged(
    scenario: Scenario,
    *,
    epoch_seconds: Callable[[], float],
    world_epoch_seconds: Callable[[], float] | None = None,
    seed: int = 1,
    **options: Any,  # noqa: ANN401 - as various as the options are
) -> dict[str, SimulatedTenant]:
    """The scenario's tenants, by name; each plays its part from now on.

    Args:
        scenario: what is played.
        epoch_seconds: the clock of tokens and of ``Date``.
        world_epoch_seconds: the clock of managed clients and of events, when it is another, such as a faster one.
        seed: of the first tenant's ids, heartbeats and facts; each further tenant has the next number.
        options: of SimulatedTenant, and ``work_orders_in_status`` of World.
    """
    begun = (world_epoch_seconds or epoch_seconds)()
    tenants = {}
    for number, (name, part) in enumerate(scenario.tenants.items(), seed):
        stage = stage_of(part, epoch_seconds, world_epoch_seconds=world_epoch_seconds, seed=number, org=name, **options)
        due = [
            (begun + event.minute * _MINUTE_SECONDS, partial(event.perform, stage))
            for event in scenario.events
            if event.tenant == name
        ]
        stage.tenant.follow(Timeline(stage.clock, due).catch_up)
        tenants[name] = stage.tenant
    return tenants


def stage_of(
    part: Tenant,
    epoch_seconds: Callable[[], float],
    *,
    world_epoch_seconds: Callable[[], float] | None = None,
    seed: int = 1,
    work_orders_in_status: bool = True,
    **tenant_options: Any,  # noqa: ANN401 - as various as the options are
) -> Stage:
    """A tenant as it is before anything happens; the arguments are those of ``staged``."""
    clock = StagedClock(world_epoch_seconds or epoch_seconds)
    world = World(
        roster=Roster.of_sizes(part.clusters, seed, quiet=part.quiet),
        epoch_seconds=clock,
        work_orders_in_status=work_orders_in_status,
    )
    tenant = SimulatedTenant(world, epoch_seconds=lambda: epoch_seconds() + clock.skew_seconds, **tenant_options)
    return Stage(tenant, world, clock)
