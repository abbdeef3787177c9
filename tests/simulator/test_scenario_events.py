"""What can happen to a tenant in a scenario."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from exporter.clock import Clock
from exporter.simulator.app import DEMO_CREDENTIAL
from exporter.simulator.life import Phase
from exporter.simulator.scenario import Tenant
from exporter.simulator.scenario_events import EVENTS
from exporter.simulator.stage import Stage
from exporter.simulator.staging import stage_of
from tests.simulator.calling import signed_in
from tests.simulator.stopped_clock import StoppedClock

WHOLE_DAY_SECONDS = 86_400.0

Happen = Callable[..., None]


@pytest.fixture
def wall() -> StoppedClock:
    """The true time."""
    return StoppedClock()


@pytest.fixture
def stage(wall: StoppedClock) -> Stage:
    """Two clusters, of three clients and of none."""
    return stage_of(Tenant(clusters=(3, 0)), wall)


@pytest.fixture
def happen(stage: Stage) -> Happen:
    """Lets an event happen."""

    def perform(do: str, **keys: Any) -> None:
        EVENTS[do](stage, **keys)

    return perform


def status(stage: Stage, name: str) -> dict[str, Any]:
    """The status document of a client."""
    client = stage.world.roster.client(name)
    document = stage.world.status_document(client.id, client.type)
    assert document is not None
    return document


def job_states(stage: Stage, name: str) -> set[str]:
    """The states of a client's jobs."""
    return {job["state"] for job in status(stage, name)["body"].get("body", {}).get("jobs", [])}


def cluster(stage: Stage, name: str) -> dict[str, Any]:
    """The document of a cluster."""
    document = stage.world.cluster_document(stage.world.roster.cluster(name).id, "v1")
    assert document is not None
    return document


def test_clients_are_placed_and_removed(stage: Stage, happen: Happen) -> None:
    """Several at once."""
    happen("place", clients=("1.1", "1.3"), phase=Phase.ERROR)
    assert [status(stage, name)["status"] for name in ("1.1", "1.2", "1.3")] == ["ERROR", "NORMAL", "ERROR"]
    happen("remove", clients=("1.1", "1.2"))
    assert cluster(stage, "1")["clientIds"] == [stage.world.roster.client("1.3").id]


def test_clients_and_clusters_appear(stage: Stage, happen: Happen) -> None:
    """With the next names, never seen before."""
    happen("add", cluster="2", count=2, phase=Phase.NOT_CONFIGURED)
    happen("add_cluster", clients=1, phase=Phase.CONFIGURING)
    assert [status(stage, name)["status"] for name in ("2.1", "2.2", "3.1")] == [
        "NOT_CONFIGURED",
        "NOT_CONFIGURED",
        "CONFIGURING",
    ]
    happen("add", cluster="1")
    assert status(stage, "1.4")["status"] == "UNDEFINED"


def test_jobs_run_stand_still_and_go_on(stage: Stage, happen: Happen, wall: StoppedClock) -> None:
    """Each client has its turn in an upgrade."""
    happen("upgrade", cluster="1")
    wall.advance(60)
    happen("hold_jobs", clients=("1.2",), state="GENERAL_ERROR")
    wall.advance(WHOLE_DAY_SECONDS)
    assert [job_states(stage, name) for name in ("1.1", "1.2")] == [{"FINISHED"}, {"GENERAL_ERROR"}]
    happen("release_jobs", clients=("1.2",))
    assert job_states(stage, "1.2") == {"FINISHED"}


def test_versions_and_health_are_as_told(stage: Stage, happen: Happen) -> None:
    """Of those named only."""
    happen("version", clients=("1.1",), version="77")
    happen("health", clients=("1.1",), severity="WARNING")
    client = stage.world.roster.clients[stage.world.roster.client("1.1").id]
    assert (client.version, client.health) == ("77", "WARNING")
    assert status(stage, "1.1")["status"] == "NORMAL"
    assert cluster(stage, "1")["consolidatedHealthIndicatorsStatus"] == "WARNING"


def test_an_update_is_offered_and_withdrawn(stage: Stage, happen: Happen) -> None:
    """With it the finding that the cluster is out of date."""
    happen("offer_update", cluster="1")
    happen("notify_out_of_date", cluster="1")
    assert cluster(stage, "1")["updatePackage"] == "123.2"
    assert cluster(stage, "1")["isOutOfDateNotifiedAt"] == "2025-08-12T12:00:00.000000Z"
    happen("withdraw_update", cluster="1")
    assert (cluster(stage, "1")["updatePackage"], cluster(stage, "1")["isOutOfDateNotifiedAt"]) == (None, None)


def test_sources_are_bound(stage: Stage, happen: Happen) -> None:
    """Any number, also in work orders."""
    happen("sources", cluster="1", count=20)
    happen("hold_jobs", clients=("1.1",), state="PENDING")
    assert cluster(stage, "1")["serviceCount"] == 20
    assert len(status(stage, "1.1")["body"]["body"]["connectorServices"]) == 20


async def read(stage: Stage, caller: httpx.AsyncClient, generation_path: str = "/managed-clients/v1") -> httpx.Response:
    """The answer to a question about the first client."""
    client = stage.world.roster.client("1.1")
    return await caller.get(f"{generation_path}/{client.id}/status", params={"type": client.type})


async def test_operations_fail_and_heal(stage: Stage, happen: Happen) -> None:
    """Another failure replaces the first; all operations are called ``*``."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("fail", operations=("getManagedClientStatus",), with_="503")
        assert (await read(stage, caller)).status_code == 503
        assert (await caller.get("/managed-clients/v1")).status_code == 200
        happen("fail", operations=("*",), with_="429")
        assert (await read(stage, caller)).status_code == 429
        assert (await caller.get("/oauth/info")).status_code == 429
        happen("heal", operations=("getManagedClientStatus",))
        assert (await read(stage, caller)).status_code == 200
        assert (await caller.get("/managed-clients/v1")).status_code == 429
        happen("heal")
        assert (await caller.get("/managed-clients/v1")).status_code == 200


async def test_an_operation_fails_for_some_clients(stage: Stage, happen: Happen) -> None:
    """The others are answered as ever."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("fail", operations=("getManagedClientStatus",), with_="404", clients=("1.1", "1.2"))
        clients = [stage.world.roster.client(name) for name in ("1.1", "1.2", "1.3")]
        statuses = [
            (await caller.get(f"/managed-clients/v1/{client.id}/status", params={"type": client.type})).status_code
            for client in clients
        ]
        assert statuses == [404, 404, 200]
        happen("heal")
        assert (await read(stage, caller)).status_code == 200


@pytest.mark.parametrize(
    ("do", "keys", "problem"),
    [
        ("fail", {"operations": ("*",), "with_": "teapot"}, "unknown fault 'teapot'; known are 400, .*, truncated"),
        ("fail", {"operations": ("getStatus",), "with_": "503"}, "unknown operation 'getStatus'; known are createAcc"),
        ("heal", {"operations": ("getStatus",)}, "unknown operation"),
        ("place", {"clients": ("2.1",), "phase": Phase.ERROR}, "not all of these clients are there: 2.1"),
        ("upgrade", {"cluster": "3"}, "there is no cluster 3"),
    ],
)
def test_what_cannot_happen_is_refused(happen: Happen, do: str, keys: dict[str, Any], problem: str) -> None:
    """The scenario has a mistake in it."""
    with pytest.raises(ValueError, match=problem):
        happen(do, **keys)


async def test_answers_become_slow(stage: Stage, happen: Happen, clock: Clock) -> None:
    """And quick again."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        took = []
        for latency_millis in (2500.0, 0.0):
            happen("slow", latency_millis=latency_millis)
            before = clock.monotonic_seconds()
            await read(stage, caller)
            took.append(clock.monotonic_seconds() - before)
    assert took == pytest.approx([2.5, 0.0], abs=0.001)


async def test_the_credential_is_refused_and_accepted_again(stage: Stage, happen: Happen) -> None:
    """Tokens that it got before stay refused."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("refuse_credential")
        assert (await read(stage, caller)).status_code == 401
        form = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": "demo-secret"}
        refused = await caller.post("/oauth/token", data=form)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        happen("accept_credential")
        assert (await read(stage, caller)).status_code == 401
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        assert (await read(stage, caller)).status_code == 200


async def test_tokens_are_revoked(stage: Stage, happen: Happen) -> None:
    """The next one is good."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("revoke_tokens")
        assert (await read(stage, caller)).status_code == 401
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        assert (await read(stage, caller)).status_code == 200


async def test_scopes_are_those_of_the_next_token(stage: Stage, happen: Happen) -> None:
    """A token keeps what it was given."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("scopes", scopes=("idn:remote-client:read",))
        assert (await read(stage, caller)).status_code == 200
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        assert (await read(stage, caller)).status_code == 403
        assert (await caller.get("/managed-clients/v1")).status_code == 200


async def test_the_clock_of_the_tenant_jumps(stage: Stage, happen: Happen, wall: StoppedClock) -> None:
    """``Date`` and what is told of clients agree on the time; ages stay."""
    happen("skew", seconds=600.0)
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        answer = await read(stage, caller)
    body = answer.json()["body"]
    assert answer.headers["Date"] == "Tue, 12 Aug 2025 12:10:00 GMT"
    assert int(body["lastSeen"]) + int(body["sinceSeenMillis"]) == (wall.epoch_seconds + 600) * 1000
    assert int(body["sinceSeenMillis"]) < 30_001


async def test_operations_are_called_deprecated(stage: Stage, happen: Happen) -> None:
    """In generations that are not; beta is in any case."""
    async with signed_in(stage.tenant, DEMO_CREDENTIAL) as caller:
        happen("deprecate", operations=("getManagedClientStatus",))
        assert (await read(stage, caller)).headers["X-Deprecated"] == "true"
        assert "X-Deprecated" not in (await caller.get("/managed-clients/v1")).headers
        happen("deprecate")
        assert (await caller.get("/managed-clients/v1")).headers["X-Deprecated"] == "true"
        happen("undeprecate")
        assert "X-Deprecated" not in (await read(stage, caller)).headers
        assert (await read(stage, caller, "/beta/managed-clients")).headers["X-Deprecated"] == "true"
