"""SailPoint's own Python SDK against the simulated tenant, on a real socket.

The SDK is no dependency. Release 2.1.72 has the per-resource operations, 1.4.2 was the last with the older generations;
each test is skipped without the release it names. The SDK's strict types refuse what the vendor's samples show: a
client whose numbers are bare, and one whose status is null or unknown; so these are removed from the world it reads.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from exporter.simulator.app import SimulatedTenant
from exporter.simulator.server import listen, serve
from exporter.simulator.world import World
from tests.simulator.calling import EVERYTHING

NEEDS_PER_RESOURCE = "pip install sailpoint==2.1.72"
NEEDS_GENERATIONS = "pip install sailpoint==1.4.2"


@pytest.fixture
def anyio_backend() -> str:
    """Sockets need real time."""
    return "asyncio"


def plain_world() -> World:
    """A world of clients that the SDK can read."""
    world = World(clients=24, epoch_seconds=time.time)
    for client_id, client_type in world.client_ids_and_types():
        status = world.status_document(client_id, client_type) or {}
        client = world.client_document(client_id, "v1") or {}
        if status["status"] in {None, "DEGRADED"} or isinstance(client["ccId"], str) or _is_bare(client):
            world.remove(client_id)
    return world


def _is_bare(client: dict[str, Any]) -> bool:
    return isinstance(client.get("sinceLastSeen"), int)


@contextlib.asynccontextmanager
async def configuration(world: World) -> AsyncIterator[Any]:
    """The SDK's configuration, with a token it has fetched, while a tenant serves the world."""
    sdk = pytest.importorskip("sailpoint.configuration", reason=NEEDS_PER_RESOURCE)
    sock, stop = listen("127.0.0.1", 0), asyncio.Event()
    tenant = SimulatedTenant(world, epoch_seconds=time.time, credentials=[EVERYTHING])
    parameters = sdk.ConfigurationParams()
    parameters.base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    parameters.client_id, parameters.client_secret = EVERYTHING.client_id, EVERYTHING.client_secret
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(tenant.app, sock, stop))
        yield await asyncio.to_thread(sdk.Configuration, parameters)
        stop.set()


async def all_pages(operation: Callable[..., Any]) -> list[Any]:
    """What the SDK's paginator collects, two items at a time."""
    paginator = pytest.importorskip("sailpoint.paginator", reason=NEEDS_PER_RESOURCE).Paginator
    pages: list[Any] = await asyncio.to_thread(paginator.paginate, operation, None, limit=2)
    return pages


async def test_the_per_resource_client_operations_are_accepted() -> None:
    """Token, list by pages, client, status and health of every plain client."""
    package = pytest.importorskip("sailpoint.managed_clients", reason=NEEDS_PER_RESOURCE)
    world = plain_world()
    async with configuration(world) as configured:
        assert configured.access_token
        api = package.ManagedClientsApi(package.ApiClient(configured))
        listed = await all_pages(api.get_managed_clients_v1)
        assert [(client.id, client.type) for client in listed] == list(world.client_ids_and_types())
        for client in listed:
            status = await asyncio.to_thread(api.get_managed_client_status_v1, client.id, client.type)
            assert (status.status, status.body["id"]) == (client.status, client.id)
            assert (await asyncio.to_thread(api.get_managed_client_v1, client.id)).cluster_id == client.cluster_id
        health = await asyncio.to_thread(api.get_managed_client_health_indicators_v1, listed[0].id)
        assert health.body.id == listed[0].id


async def test_the_per_resource_cluster_operations_are_accepted() -> None:
    """List by pages with a filter, the total, and a cluster by its id."""
    package = pytest.importorskip("sailpoint.managed_clusters", reason=NEEDS_PER_RESOURCE)
    async with configuration(plain_world()) as configured:
        api = package.ManagedClustersApi(package.ApiClient(configured))
        listed = await all_pages(api.get_managed_clusters_v1)
        assert len(listed) == 3
        counted = await asyncio.to_thread(api.get_managed_clusters_v1_with_http_info, count=True, limit=1)
        assert counted.headers["x-total-count"] == "3"
        cluster = await asyncio.to_thread(api.get_managed_cluster_v1, listed[0].id)
        named = await asyncio.to_thread(api.get_managed_clusters_v1, filters=f'name eq "{cluster.name}"')
        assert [found.id for found in named] == [cluster.id]


async def test_a_refusal_becomes_the_sdks_exception() -> None:
    """404 and 400 are parsed as ErrorResponseDto."""
    package = pytest.importorskip("sailpoint.managed_clients", reason=NEEDS_PER_RESOURCE)
    async with configuration(plain_world()) as configured:
        api = package.ManagedClientsApi(package.ApiClient(configured))
        with pytest.raises(package.exceptions.NotFoundException) as not_found:
            await asyncio.to_thread(api.get_managed_client_v1, "unknown")
        assert not_found.value.data.tracking_id == not_found.value.headers["SLPT-Request-ID"]
        with pytest.raises(package.exceptions.BadRequestException) as bad_request:
            await asyncio.to_thread(api.get_managed_clients_v1, filters='status eq "NORMAL"')
        assert bad_request.value.data.detail_code == "400.1.3 Illegal value"


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("generation", ["beta", "v3", "v2024", "v2025"])
async def test_the_older_generations_are_accepted(generation: str) -> None:
    """Status of every plain client, and the lists, by the package of each generation."""
    package = pytest.importorskip(f"sailpoint.{generation}", reason=NEEDS_GENERATIONS)
    world = plain_world()
    async with configuration(world) as configured:
        client = package.ApiClient(configured)
        api, clusters = package.ManagedClientsApi(client), package.ManagedClustersApi(client)
        for client_id, client_type in world.client_ids_and_types():
            status = await asyncio.to_thread(api.get_managed_client_status, client_id, client_type)
            assert status.body["id"] == client_id
        assert len(await all_pages(clusters.get_managed_clusters)) == 3
        if generation != "beta":
            assert len(await all_pages(api.get_managed_clients)) == len(world.client_ids_and_types())


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
async def test_the_status_report_of_beta_is_accepted() -> None:
    """The SDK sends a status back as a report, and reads the work order."""
    package = pytest.importorskip("sailpoint.beta", reason=NEEDS_GENERATIONS)
    world = plain_world()
    client_id, client_type = world.client_ids_and_types()[0]
    async with configuration(world) as configured:
        api = package.ManagedClientsApi(package.ApiClient(configured))
        status = await asyncio.to_thread(api.get_managed_client_status, client_id, client_type)
        answer = await asyncio.to_thread(api.update_managed_client_status, client_id, status)
    assert answer.body["body"]["clientId"] == client_id
