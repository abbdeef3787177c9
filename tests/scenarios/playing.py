"""The only place that plays a scenario: exporters read simulated tenants, scraped as by Prometheus, on virtual time."""

import asyncio
import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.prometheus.rendering import rendered, thresholds
from exporter.simulator.app import SimulatedTenant
from exporter.simulator.scenario_parts import Scenario
from exporter.simulator.staging import staged
from tests.scenarios.recording import Recording
from tests.scenarios.replicas import Replicas
from tests.virtual_time import VirtualTimeLoop, virtual_clock

__all__ = ["play"]


def play(scenario: Scenario) -> tuple[Recording, Mapping[str, SimulatedTenant]]:
    """What Prometheus would have scraped, and the tenants as they are in the end."""
    random.seed(0)  # back-off is jittered
    with TemporaryDirectory() as directory, asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(_played(scenario, Path(directory)))


@cache
def names_in_rules() -> frozenset[str]:
    """The families that the rules look at."""
    return frozenset(re.findall(r"(?<![:\w])sailpoint_\w+", rendered(thresholds())))


async def _played(scenario: Scenario, directory: Path) -> tuple[Recording, Mapping[str, SimulatedTenant]]:
    loop, clock = asyncio.get_running_loop(), virtual_clock()
    tenants = staged(scenario, epoch_seconds=clock.epoch_seconds)
    replicas = Replicas(scenario, tenants, clock, directory)
    recording = Recording(int(scenario.scrape_seconds), clock.epoch_seconds(), names_in_rules())
    begun, outside = loop.time(), list(scenario.outside)
    for at_seconds in range(0, int(scenario.minutes * 60) + 1, recording.scrape_seconds):
        await asyncio.sleep(max(0.0, begun + at_seconds - loop.time()))
        while outside and outside[0].minute * 60 <= at_seconds:
            await replicas.perform(outside.pop(0))
        for instance, page in (await replicas.pages()).items():
            recording.page(instance, page)
        recording.scrapes += 1
    return recording, tenants
