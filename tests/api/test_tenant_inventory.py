"""exporter.api.tenant: lists, health, OAuth details and sign-in, against the simulated tenant and a scripted one."""

from functools import partial

import httpx
import pytest

from exporter.api.calls import Call
from exporter.api.credentials import Credentials, GivenCredentials
from exporter.api.documents import MANAGED_CLIENT_STATUSES, OTHER
from exporter.api.inventory import CLUSTER_STATUSES, OauthInfo
from exporter.api.paths import GENERATIONS
from exporter.api.tenant import TenantApi
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from exporter.simulator.app import DEMO_CREDENTIAL, Credential, SimulatedTenant
from exporter.simulator.faults import OtherDocument, RepeatItem, Status
from exporter.simulator.world import World
from tests.api.fakes import FakeObserver, FakeSource, FakeTenant, json_answer
from tests.conduct import CONDUCT

CANARY_SECRET = "canary-secret"
ADMIN = Credential("admin", CANARY_SECRET, frozenset({"idn:remote-client:manage", "idn:managed-client-status:read"}))
WITH_HEALTH = ("v1", "v2026", "v2025")


class Simulated:
    """A tenant's API, and the simulated tenant behind it."""

    def __init__(
        self, clock: Clock, *, clients: int = 12, generation: str = "v1", credential: Credential = ADMIN
    ) -> None:
        self.clock = clock
        self.observer = FakeObserver()
        self.world = World(clients=clients, epoch_seconds=clock.epoch_seconds)
        self.tenant = SimulatedTenant(self.world, epoch_seconds=clock.epoch_seconds, credentials=(credential,))
        self.api = TenantApi(
            base_url="http://127.0.0.1:9854",
            generation=generation,
            credentials=GivenCredentials(credential.client_id, credential.client_secret),
            clock=clock,
            observer=self.observer,
            transport=CONDUCT.watch({credential.client_id: 50}).transport(
                partial(httpx.ASGITransport, self.tenant.app)
            ),
        )
        self.deadline = clock.deadline(9.5)

    @property
    def calls(self) -> list[Call]:
        """The calls made, but for tokens."""
        return [call for call in self.observer.calls if call.endpoint != "token"]


@pytest.mark.parametrize("generation", GENERATIONS[:-1])
async def test_every_generation_but_beta_lists_its_clients(clock: Clock, generation: str) -> None:
    """As the tenant has them, in one call."""
    over = Simulated(clock, generation=generation)
    listed = await over.api.list_managed_clients(deadline=over.deadline)
    assert over.api.lists_managed_clients
    assert [client.id for client in listed] == [client_id for client_id, _ in over.world.client_ids_and_types()]
    assert {client.status for client in listed} <= {*MANAGED_CLIENT_STATUSES, OTHER}
    assert all(client.cluster_id for client in listed)
    assert [(call.endpoint, call.reason) for call in over.calls] == [("managed_clients", None)]


async def test_beta_has_no_list_of_clients(clock: Clock) -> None:
    """Which is known without asking."""
    over = Simulated(clock, generation="beta")
    assert not over.api.lists_managed_clients
    with pytest.raises(ApiError) as caught:
        await over.api.list_managed_clients(deadline=over.deadline)
    assert caught.value.reason is Reason.NOT_FOUND
    assert caught.value.detail == "the API generation beta does not have this operation"
    assert over.observer.calls == []


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_generation_lists_its_clusters_with_their_clients(clock: Clock, generation: str) -> None:
    """The ids in beta's are all that it tells of its fleet."""
    over = Simulated(clock, generation=generation)
    clusters = await over.api.list_managed_clusters(deadline=over.deadline)
    assert len(clusters) == 3
    assert {cluster.status for cluster in clusters} <= set(CLUSTER_STATUSES)
    members = {client_id for cluster in clusters for client_id in cluster.client_ids}
    assert members == {client_id for client_id, _ in over.world.client_ids_and_types()}
    assert [call.endpoint for call in over.calls] == ["managed_clusters"]
    assert all(cluster.unexpected == () for cluster in clusters)


@pytest.mark.parametrize("generation", WITH_HEALTH)
async def test_health_is_asked_for_from_v2025_on(clock: Clock, generation: str) -> None:
    """One call for each client."""
    over = Simulated(clock, generation=generation)
    client_id, _ = over.world.client_ids_and_types()[0]
    assert over.api.has_health_indicators
    health = await over.api.get_managed_client_health_indicators(client_id, deadline=over.deadline)
    assert health.status in MANAGED_CLIENT_STATUSES
    assert [call.endpoint for call in over.calls] == ["managed_client_health"]


@pytest.mark.parametrize("generation", [generation for generation in GENERATIONS if generation not in WITH_HEALTH])
async def test_older_generations_have_no_health(clock: Clock, generation: str) -> None:
    """Which is known without asking."""
    over = Simulated(clock, generation=generation)
    assert not over.api.has_health_indicators
    with pytest.raises(ApiError) as caught:
        await over.api.get_managed_client_health_indicators("1528", deadline=over.deadline)
    assert (caught.value.reason, over.observer.calls) == (Reason.NOT_FOUND, [])


async def test_a_large_fleet_is_listed_in_pages(clock: Clock) -> None:
    """One call for 250."""
    over = Simulated(clock, clients=501)
    listed = await over.api.list_managed_clients(deadline=over.deadline)
    assert len({client.id for client in listed}) == len(listed) == 501
    assert len(over.calls) == 3


async def test_an_item_that_comes_twice_is_listed_once(clock: Clock) -> None:
    """Paging relies on an order that nobody promises."""
    over = Simulated(clock)
    over.tenant.faults.add("getManagedClients", RepeatItem())
    assert len(await over.api.list_managed_clients(deadline=over.deadline)) == 12


@pytest.mark.parametrize(
    ("credential", "operation", "scope"),
    [
        (Credential("c", CANARY_SECRET, frozenset()), "list_managed_clients", "idn:remote-client:read"),
        (Credential("c", CANARY_SECRET, frozenset()), "list_managed_clusters", "idn:remote-client:read"),
        (DEMO_CREDENTIAL, "get_managed_client_health_indicators", "idn:remote-client:manage"),
    ],
)
async def test_a_refusal_names_the_scope_that_is_missing(
    clock: Clock, credential: Credential, operation: str, scope: str
) -> None:
    """For each operation its own."""
    over = Simulated(clock, credential=credential)
    arguments = () if operation.startswith("list") else (over.world.client_ids_and_types()[0][0],)
    with pytest.raises(ApiError) as caught:
        await getattr(over.api, operation)(*arguments, deadline=over.deadline)
    assert caught.value.reason is Reason.FORBIDDEN
    assert caught.value.detail.endswith(f"the credential needs the scope {scope}")


async def test_a_list_must_be_an_array_and_everything_else_an_object(clock: Clock) -> None:
    """An error that comes with status 200 is no empty fleet."""
    over = Simulated(clock)
    over.tenant.faults.add("getManagedClients", OtherDocument({"error": "canary"}))
    with pytest.raises(ApiError) as caught:
        await over.api.list_managed_clients(deadline=over.deadline)
    assert str(caught.value) == "schema: the document is not an array but a dict"
    over.tenant.faults.add("getOAuthInfo", OtherDocument([]))
    with pytest.raises(ApiError) as caught:
        await over.api.get_oauth_info(deadline=over.deadline)
    assert str(caught.value) == "schema: the document is not an object but a list"


async def test_a_page_that_fails_fails_the_list(clock: Clock) -> None:
    """Half a fleet would look like a whole one."""
    over = Simulated(clock, clients=251)
    over.tenant.faults.add("getManagedClients", RepeatItem(), Status(500))
    with pytest.raises(ApiError) as caught:
        await over.api.list_managed_clients(deadline=over.deadline)
    assert caught.value.reason is Reason.HTTP_5XX


async def test_a_page_may_be_larger_than_a_document_but_not_than_four_megabytes(clock: Clock) -> None:
    """Clusters bring keys and certificates along."""
    scripted = Scripted(clock)
    scripted.tenant.next_api.append(json_answer([{"id": "1", "publicKeyCertificate": "c" * 2_000_000}]))
    assert len(await scripted.api.list_managed_clusters(deadline=clock.deadline(9.5))) == 1
    scripted.tenant.next_api.append(json_answer([{"id": "1", "publicKeyCertificate": "c" * 4_200_000}]))
    with pytest.raises(ApiError) as caught:
        await scripted.api.list_managed_clusters(deadline=clock.deadline(9.5))
    assert caught.value.reason is Reason.TOO_LARGE


async def test_the_tenant_s_details_need_no_token(clock: Clock) -> None:
    """So that a wrong address can be told from a wrong credential."""
    over = Simulated(clock)
    assert await over.api.get_oauth_info(deadline=over.deadline) == OauthInfo("acme", "megapod-useast1")
    assert [(call.endpoint, call.method, call.path_template) for call in over.observer.calls] == [
        ("oauth_info", "GET", "/oauth/info")
    ]
    scripted = Scripted(clock)
    scripted.tenant.next_api.append(json_answer({}))
    await scripted.api.get_oauth_info(deadline=clock.deadline(9.5))
    assert "Authorization" not in scripted.tenant.requests[0].headers


async def test_signing_in_tells_how_long_the_token_lives(clock: Clock) -> None:
    """One request, then the token in hand."""
    over = Simulated(clock)
    assert await over.api.authenticate(deadline=over.deadline) == 43199.0
    assert await over.api.authenticate(deadline=over.deadline) == 43199.0
    assert [call.endpoint for call in over.observer.calls] == ["token"]


async def test_signing_in_says_why_it_cannot(clock: Clock) -> None:
    """A wrong secret is told from everything else."""
    scripted = Scripted(clock)
    scripted.tenant.next_token.append(json_answer({"error": "invalid_client", "error_description": "canary"}, 401))
    with pytest.raises(ApiError) as caught:
        await scripted.api.authenticate(deadline=clock.deadline(9.5))
    assert caught.value.reason is Reason.TOKEN_REJECTED


class Scripted:
    """A tenant's API, and a tenant in memory whose answers are scripted."""

    def __init__(self, clock: Clock) -> None:
        self.tenant = FakeTenant()
        self.source = FakeSource()
        self.source.credentials = Credentials("an-id", CANARY_SECRET)
        self.api = TenantApi(
            base_url="https://acme.api.identitynow.com",
            generation="v1",
            credentials=self.source,
            clock=clock,
            observer=FakeObserver(),
            transport=self.tenant.transport,
        )
