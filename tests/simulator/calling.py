"""Callers of a simulated tenant in process, and credentials to call with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from exporter.clock import Clock
from exporter.simulator.app import Credential, SimulatedTenant
from exporter.simulator.world import World

__all__ = ["EVERYTHING", "calling", "signed_in", "tenant_on", "token_request"]

EVERYTHING = Credential("all-client", "all-secret", frozenset({"sp:scopes:all"}))
"""A personal access token for every operation."""


def tenant_on(clock: Clock, *, clients: int = 12, **options: Any) -> SimulatedTenant:
    """A tenant on the test's clock, with EVERYTHING as its only credential."""
    world = World(clients=clients, epoch_seconds=clock.epoch_seconds)
    return SimulatedTenant(world, epoch_seconds=clock.epoch_seconds, **{"credentials": (EVERYTHING,), **options})


def token_request(credential: Credential = EVERYTHING) -> dict[str, str]:
    """The parameters that ask for a token."""
    return {
        "grant_type": "client_credentials",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
    }


@asynccontextmanager
async def calling(tenant: SimulatedTenant) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without a token."""
    transport = httpx.ASGITransport(tenant.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://acme.test") as caller:
        yield caller


@asynccontextmanager
async def signed_in(tenant: SimulatedTenant, credential: Credential = EVERYTHING) -> AsyncIterator[httpx.AsyncClient]:
    """A caller with a token."""
    async with calling(tenant) as caller:
        answer = await caller.post("/oauth/token", data=token_request(credential))
        caller.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield caller
