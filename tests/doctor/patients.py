"""Tenants on real sockets for the doctor to look at, and what it finds."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from exporter.api.lookup import LookupLoop
from exporter.doctor import Finding, Result, Step, examine
from exporter.settings.configuration import Configuration, ManagedClientSetting, ScrapeSettings, TenantSettings
from exporter.simulator import server
from exporter.simulator.app import Credential, SimulatedTenant
from exporter.simulator.world import World
from tests.canaries import PLANTED

SECRET = PLANTED["client secret"]
ALL_SCOPES = frozenset({"idn:remote-client:read", "idn:remote-client:manage", "idn:managed-client-status:read"})


def resolve(host: str | bytes, *rest: object, **hints: object) -> object:
    """A resolver that knows loopback and no other name."""
    if host not in ("localhost", "127.0.0.1", b"localhost", b"127.0.0.1"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return socket.getaddrinfo("127.0.0.1", *rest, **hints)  # type: ignore[arg-type]  # as asyncio calls it


REAL_BACKEND = "asyncio", {"loop_factory": partial(LookupLoop, resolve)}
"""For anyio's plugin: real sockets and real time, on the loop that the exporter runs on."""


class Patient:
    """A simulated tenant that listens, and settings that lead to it."""

    def __init__(self, tenant: SimulatedTenant, port: int) -> None:
        self.tenant, self.port = tenant, port
        self.settings = TenantSettings(
            base_url=f"http://127.0.0.1:{port}",
            client_id="canary-id",
            client_secret=SECRET,
            name="acme",
            managed_clients=tuple(
                ManagedClientSetting(*pair)  # type: ignore[arg-type]
                for pair in tenant.world.client_ids_and_types()
            ),
        )

    async def examined(self, **changes: Any) -> "Findings":
        """What the doctor finds with these settings changed."""
        return await examined(replace(self.settings, **changes))


class Findings:
    """What was found, by step."""

    def __init__(self, *findings: Finding) -> None:
        self.all = findings
        assert "canary" not in repr(findings)

    def __getitem__(self, step: Step) -> Finding:
        """The last finding of a step, which sums up those before it."""
        return [finding for finding in self.all if finding.step is step][-1]

    @property
    def problems(self) -> dict[Step, Finding]:
        """What is wrong."""
        return {finding.step: finding for finding in self.all if finding.result is Result.PROBLEM}

    @property
    def warnings(self) -> dict[Step, Finding]:
        """What may be wrong."""
        return {finding.step: finding for finding in self.all if finding.result is Result.WARNING}

    def skipped_after(self, step: Step) -> bool:
        """Whether everything that depends on a step was left out, but for what is known without asking."""
        later = list(Step)[list(Step).index(step) + 1 : -2]
        return all(self[other].result is Result.SKIPPED for other in later)


async def examined(
    settings: TenantSettings, *, interval_seconds: float = 60.0, scrape: ScrapeSettings | None = None
) -> Findings:
    """What the doctor finds."""
    configuration = Configuration((settings,), scrape or ScrapeSettings())
    progress: list[tuple[int, int]] = []
    findings = [
        finding
        async for finding in examine(
            configuration,
            settings,
            interval_seconds=interval_seconds,
            progress=lambda done, total: progress.append((done, total)),
        )
    ]
    assert progress == [(done, len(progress)) for done in range(1, len(progress) + 1)]
    return Findings(*findings)


@asynccontextmanager
async def patient(
    *, clients: int = 4, scopes: frozenset[str] = ALL_SCOPES, skew_seconds: float = 0.0, **options: Any
) -> AsyncIterator[Patient]:
    """A simulated tenant on loopback."""

    def epoch_seconds() -> float:
        return time.time() + skew_seconds

    world = World(clients=clients, clusters=2, epoch_seconds=epoch_seconds)
    credential = Credential("canary-id", SECRET, scopes)
    tenant = SimulatedTenant(world, epoch_seconds=epoch_seconds, credentials=(credential,), rate_limit=0, **options)
    sock = server.listen("127.0.0.1", 0)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(tenant.app, sock, stop))
        try:
            yield Patient(tenant, sock.getsockname()[1])
        finally:
            stop.set()
