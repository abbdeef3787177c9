"""The simulated tenant as a whole."""

import json
import time
from collections import Counter
from typing import Any

import pytest

from exporter.simulator.roster import Roster
from exporter.simulator.world import Phase, World
from tests.simulator.published import MANAGED_CLIENT, MANAGED_CLUSTER, STATUS_BODY_KEYS, STATUS_DOCUMENT, differences
from tests.simulator.stopped_clock import StoppedClock

UPGRADED, SECOND_UPGRADED, WELL, WAITING, WARNING, SILENT = 0, 3, 2, 6, 4, 5
"""Places of some of the first twelve clients."""


@pytest.fixture
def wall() -> StoppedClock:
    """The world's clock."""
    return StoppedClock()


@pytest.fixture
def world(wall: StoppedClock) -> World:
    """The demo: 12 clients, 3 clusters."""
    return World(epoch_seconds=wall)


def ids(world: World) -> list[str]:
    """Every client's id."""
    return [client_id for client_id, _ in world.client_ids_and_types()]


def status_of(world: World, client_id: str) -> dict[str, Any]:
    """A status document that is there."""
    document = world.status_document(client_id, "VA")
    assert document is not None
    return document


def age_millis(world: World, client_id: str) -> int:
    """The age of a client that was seen."""
    return int(status_of(world, client_id)["body"]["sinceSeenMillis"])


def job_states(world: World, client_id: str) -> list[str]:
    """The states of the jobs in a status document; none without jobs."""
    return [job["state"] for job in status_of(world, client_id)["body"].get("body", {}).get("jobs", [])]


def cluster_of(world: World, client_id: str) -> dict[str, Any]:
    """The document of a client's cluster."""
    cluster = world.cluster_document(status_of(world, client_id)["body"]["clusterId"], "v1")
    assert cluster is not None
    return cluster


def report(status: str = "NORMAL", **body: Any) -> dict[str, Any]:
    """A heartbeat as a client sends it."""
    return {"body": body, "status": status, "type": "VA", "timestamp": "2025-08-12T12:00:00Z"}


def everything(world: World) -> str:
    """All documents, to compare worlds."""
    statuses = [world.status_document(*client) for client in world.client_ids_and_types()]
    return json.dumps([statuses, world.client_documents("v2024"), world.cluster_documents("v1")])


def test_the_same_seed_clock_and_calls_give_the_same_world() -> None:
    """Down to the last character, after any time."""
    worlds = []
    for seed in (1, 1, 2):
        wall = StoppedClock()
        world = World(seed=seed, epoch_seconds=wall)
        world.place(ids(world)[WELL], Phase.SILENT)
        wall.advance(1234.5)
        worlds.append(everything(world))
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]


def test_the_demo_looks_alive_at_once(world: World) -> None:
    """Most are NORMAL with ages of their own, and each trouble is there."""
    documents = [status_of(world, client_id) for client_id in ids(world)]
    assert Counter(document["status"] for document in documents) == {
        "NORMAL": 7,
        "WARNING": 1,
        "FAILED": 1,
        "DEGRADED": 1,
        "CONFIGURING": 1,
        None: 1,
    }
    ages = [document["body"].get("sinceSeenMillis") for document in documents]
    assert len(set(ages)) == 12
    assert age_millis(world, ids(world)[SILENT]) > 900_000
    assert [cluster["status"] for cluster in world.cluster_documents("v1")] == ["NORMAL", "WARNING", "WARNING"]


def test_the_demo_is_in_the_middle_of_a_rolling_upgrade(world: World, wall: StoppedClock) -> None:
    """Jobs of three states at once, which advance, come to an end and start again."""
    first, second, third = (ids(world)[place] for place in (UPGRADED, SECOND_UPGRADED, WAITING))
    assert [job_states(world, client)[0] for client in (first, second, third)] == ["FINISHED", "INPROGRESS", "PENDING"]
    wall.advance(120)
    assert [job_states(world, client)[0] for client in (first, second, third)] == ["FINISHED", "FINISHED", "INPROGRESS"]
    wall.advance(240)
    assert cluster_of(world, first)["updatePackage"] is None
    wall.advance(600)
    assert job_states(world, third) == ["PENDING", "PENDING"]
    assert job_states(world, ids(world)[WELL]) == []


def test_a_client_is_ordered_configured_and_put_to_work(world: World, wall: StoppedClock) -> None:
    """A whole life passes in the demo."""
    statuses = []
    for _ in range(4):
        statuses.append(status_of(world, ids(world)[8])["status"])
        wall.advance(310)
    assert statuses == [None, "NOT_CONFIGURED", "CONFIGURING", "NORMAL"]


def test_a_status_changes_to_an_unknown_word_and_to_null_now_and_then(world: World, wall: StoppedClock) -> None:
    """And back, while the client is alive throughout."""
    seen = set()
    for _ in range(40):
        seen.add(status_of(world, ids(world)[7])["status"])
        assert age_millis(world, ids(world)[7]) < 30_001
        wall.advance(10)
    assert seen == {"NORMAL", "DEGRADED", None}


def test_nine_in_ten_of_a_large_fleet_are_normal(wall: StoppedClock) -> None:
    """Whatever the time."""
    world = World(clients=1200, clusters=20, epoch_seconds=wall)
    for _ in range(3):
        statuses = Counter(client.get("status") for client in world.client_documents("v1"))
        assert 0.87 < statuses["NORMAL"] / 1200 < 0.93
        assert {"WARNING", "ERROR", "FAILED", "UNDEFINED"} < statuses.keys()
        wall.advance(1111)


def test_a_world_of_10000_is_built_in_no_time(wall: StoppedClock) -> None:
    """And one status does not need a look at the others."""
    begun_seconds = time.process_time()
    world = World(clients=10_000, clusters=100, epoch_seconds=wall)
    built_seconds = time.process_time()
    for client_id in ids(world)[:100]:
        status_of(world, client_id)
    assert built_seconds - begun_seconds < 1.0
    assert time.process_time() - built_seconds < 0.5


def test_all_documents_of_a_fleet_differ_from_the_published_ones_only_where_intended(wall: StoppedClock) -> None:
    """The oddities, by name."""
    world = World(clients=120, clusters=12, epoch_seconds=wall)
    found = {
        "client": {d for each in world.client_documents("v1") for d in differences(each, MANAGED_CLIENT)},
        "status": {d for each in ids(world) for d in differences(status_of(world, each), STATUS_DOCUMENT)},
        "cluster": {d for each in world.cluster_documents("v1") for d in differences(each, MANAGED_CLUSTER)},
    }
    assert found == {
        "client": {".status: DEGRADED", ".sinceLastSeen: int", ".ccId: str"},
        "status": {".status: DEGRADED", ".status: null"},
        "cluster": set(),
    }


def test_list_status_and_cluster_tell_one_story(world: World) -> None:
    """Whichever document is asked, in the same moment."""
    for client_id, client_type in world.client_ids_and_types():
        client, status = world.client_document(client_id, "v1"), status_of(world, client_id)
        assert client is not None
        assert (client["id"], client["type"], client.get("status")) == (client_id, client_type, status["status"])
        assert client.get("sinceLastSeen") == status["body"].get("sinceSeenMillis")
        assert client_id in cluster_of(world, client_id)["clientIds"]


def test_documents_can_be_had_by_the_page(world: World) -> None:
    """In the order that never changes."""
    documents = world.client_documents("v1")
    assert [document["id"] for document in documents] == ids(world)
    assert world.client_documents("v1", slice(3, 6)) == documents[3:6]


def test_the_type_in_the_answer_is_the_clients_own(world: World) -> None:
    """Whatever the question asserted."""
    client_id, client_type = world.client_ids_and_types()[WELL]
    assert client_type == "CCG"
    assert world.status_document(client_id, "VA") == world.status_document(client_id, "CCG")
    assert status_of(world, client_id)["type"] == "CCG"


def test_a_client_keeps_the_keys_of_its_documents(world: World, wall: StoppedClock) -> None:
    """An oddity belongs to the client, not to the moment."""
    client_id = ids(world)[SILENT]
    before = status_of(world, client_id)["body"]
    wall.advance(60)
    after = status_of(world, client_id)["body"]
    assert after.keys() == before.keys()
    assert "state" not in after
    assert type(after["sinceSeenMillis"]) is type(before["sinceSeenMillis"]) is int


def test_work_orders_can_be_left_out_of_the_status(wall: StoppedClock) -> None:
    """Then the body has exactly the published keys, while a report is still answered with jobs."""
    world = World(epoch_seconds=wall, work_orders_in_status=False)
    client_id = ids(world)[UPGRADED]
    assert status_of(world, client_id)["body"].keys() == STATUS_BODY_KEYS
    answer = world.report_status(client_id, report())
    assert answer is not None
    assert len(answer["body"]["body"]["jobs"]) == 2


def test_nobody_knows_an_unknown_id(world: World) -> None:
    """Every question is answered with None."""
    assert world.status_document("nobody", "VA") is None
    assert world.report_status("nobody", report()) is None
    assert world.client_document("nobody", "v1") is None
    assert world.health_document("nobody") is None
    assert world.cluster_document("nobody", "v1") is None


def test_the_switches_refuse_an_unknown_id(world: World) -> None:
    """A scenario with a mistake in it must not pass unnoticed."""
    with pytest.raises(KeyError):
        world.place("nobody", Phase.SILENT)
    with pytest.raises(KeyError):
        world.remove("nobody")
    with pytest.raises(KeyError):
        world.begin_upgrade("nobody")
    with pytest.raises(KeyError):
        world.hold_jobs("nobody", "PAUSED")


def test_a_report_moves_the_heartbeat_and_is_stored(world: World, wall: StoppedClock) -> None:
    """Also in the lists; what the client said of itself is what its status says."""
    client_id = ids(world)[SILENT]
    answer = world.report_status(client_id, report("WARNING", hostname="va-9.example.com", id="other"))
    assert answer is not None
    assert answer["status"] == "WARNING"
    assert answer["body"]["body"]["id"] == client_id
    wall.advance(42)
    document = status_of(world, client_id)
    assert (document["status"], document["type"], document["body"]["hostname"]) == (
        "WARNING",
        "CCG",
        "va-9.example.com",
    )
    assert age_millis(world, client_id) == 42_000
    client = world.client_document(client_id, "v1")
    assert client is not None
    assert (client["status"], client["sinceLastSeen"]) == ("WARNING", 42_000)


def test_the_next_heartbeat_of_a_living_client_replaces_a_report(world: World, wall: StoppedClock) -> None:
    """Whoever reported last is believed."""
    client_id = ids(world)[WELL]
    world.report_status(client_id, report("ERROR", hostname="va-9.example.com"))
    assert status_of(world, client_id)["status"] == "ERROR"
    wall.advance(31)
    assert status_of(world, client_id)["status"] == "NORMAL"
    assert status_of(world, client_id)["body"]["hostname"] == "va-03.example.com"


def test_a_report_brings_a_client_to_life_that_was_never_seen(world: World) -> None:
    """Pairing is the first heartbeat; a body that is no object is taken as empty."""
    client_id = ids(world)[8]
    assert world.health_document(client_id) is None
    world.report_status(client_id, {**report(), "body": None})
    client = world.client_document(client_id, "v1")
    assert client is not None
    assert (client["status"], client["provisionStatus"]) == ("NORMAL", "PROVISIONED")
    assert world.health_document(client_id) is not None


def test_a_report_thaws_a_frozen_client(world: World, wall: StoppedClock) -> None:
    """Its age counts again."""
    client_id = ids(world)[WELL]
    world.place(client_id, Phase.FROZEN)
    wall.advance(100)
    world.report_status(client_id, report())
    wall.advance(7)
    assert age_millis(world, client_id) == 7_000


def test_jobs_advance_from_report_to_report(world: World, wall: StoppedClock) -> None:
    """The work order is of the moment."""
    states = []
    for _ in range(3):
        answer = world.report_status(ids(world)[WAITING], report())
        assert answer is not None
        states.append(answer["body"]["body"]["jobs"][0]["state"])
        wall.advance(100)
    assert states == ["PENDING", "INPROGRESS", "FINISHED"]


def test_a_placed_client_keeps_its_last_heartbeat(world: World, wall: StoppedClock) -> None:
    """Going silent makes it no older at once, and coming back no younger before it reports."""
    client_id = ids(world)[WELL]
    before = age_millis(world, client_id)
    world.place(client_id, Phase.SILENT)
    assert age_millis(world, client_id) == before
    wall.advance(960)
    assert status_of(world, client_id)["status"] == "FAILED"
    world.place(client_id, Phase.NORMAL)
    assert age_millis(world, client_id) == before + 960_000
    wall.advance(31)
    assert age_millis(world, client_id) < 31_000


def test_placing_a_client_forgets_its_report(world: World) -> None:
    """The switch has the last word."""
    client_id = ids(world)[SILENT]
    world.report_status(client_id, report("ERROR"))
    world.place(client_id, Phase.WARNING)
    assert status_of(world, client_id)["status"] == "WARNING"
    assert age_millis(world, client_id) == 0


@pytest.mark.parametrize("phase", Phase)
def test_a_client_can_be_placed_in_any_phase(world: World, wall: StoppedClock, phase: Phase) -> None:
    """And every document of it can be written."""
    client_id = ids(world)[WELL]
    world.place(client_id, phase)
    wall.advance(35)
    health = world.health_document(client_id)
    assert (health is None) == (phase in {Phase.DRAFT, Phase.NOT_CONFIGURED})
    assert world.client_document(client_id, "v2024") is not None
    assert set(differences(status_of(world, client_id), STATUS_DOCUMENT)) <= {".status: null", ".status: DEGRADED"}


def test_a_client_can_be_upgraded_alone(world: World, wall: StoppedClock) -> None:
    """It reboots, comes back with another version, and its neighbours have no jobs."""
    client_id = ids(world)[1]
    version = status_of(world, client_id)["body"]["va_version"]
    world.place(client_id, Phase.UPGRADING)
    wall.advance(100)
    assert job_states(world, client_id) == ["INPROGRESS", "INPROGRESS"]
    assert age_millis(world, client_id) >= 70_000
    wall.advance(40)
    assert job_states(world, client_id) == ["FINISHED", "FINISHED"]
    assert age_millis(world, client_id) < 30_001
    assert status_of(world, client_id)["body"]["va_version"] != version
    assert job_states(world, ids(world)[WARNING]) == []


def test_removing_a_client_takes_it_out_of_every_document(world: World) -> None:
    """As if it had never been."""
    client_id = ids(world)[UPGRADED]
    world.report_status(client_id, report())
    world.remove(client_id)
    assert world.status_document(client_id, "VA") is None
    assert client_id not in ids(world)
    assert client_id not in everything(world)
    assert job_states(world, ids(world)[SECOND_UPGRADED - 1]) != []


def test_a_cluster_whose_last_client_is_removed_has_no_clients(wall: StoppedClock) -> None:
    """Neither has one that never had any."""
    world = World(clients=1, clusters=2, epoch_seconds=wall)
    assert [cluster["status"] for cluster in world.cluster_documents("v1")] == ["NORMAL", "NO_CLIENTS"]
    world.remove(ids(world)[0])
    assert [cluster["status"] for cluster in world.cluster_documents("v1")] == ["NO_CLIENTS", "NO_CLIENTS"]
    world.begin_upgrade(world.cluster_documents("v1")[0]["id"])
    assert World(clients=0, clusters=1, epoch_seconds=wall).client_ids_and_types() == ()


def test_an_upgrade_takes_one_appliance_of_the_cluster_after_the_other(world: World, wall: StoppedClock) -> None:
    """Each misses heartbeats in its own turn only, and at the end all have jobs that are finished."""
    cluster = cluster_of(world, ids(world)[WELL])
    members = [ids(world)[WELL], ids(world)[11]]
    world.begin_upgrade(cluster["id"])
    late: dict[str, list[int]] = {member: [] for member in members}
    for second in range(0, 480, 5):
        for member in members:
            if age_millis(world, member) > 30_001:
                late[member].append(second // 120)
        wall.advance(5)
    assert set(late[members[0]]) == {0}
    assert set(late[members[1]]) == {3}
    assert [job_states(world, member) for member in members] == [["FINISHED", "FINISHED"]] * 2


def test_an_upgrade_begun_anew_installs_the_next_release(world: World, wall: StoppedClock) -> None:
    """Versions never go back, and jobs that were held are given up."""
    client_id = ids(world)[SECOND_UPGRADED]
    wall.advance(600)
    version = status_of(world, client_id)["body"]["va_version"]
    world.hold_jobs(client_id, "PAUSED")
    world.begin_upgrade(cluster_of(world, client_id)["id"])
    assert job_states(world, client_id) == ["PENDING", "PENDING"]
    wall.advance(10_000)
    assert job_states(world, client_id) == ["FINISHED", "FINISHED"]
    assert status_of(world, client_id)["body"]["va_version"] > version


def test_jobs_can_be_held(world: World, wall: StoppedClock) -> None:
    """Stuck or failed, also for a client that had none; until it is placed anew."""
    stuck, failed = ids(world)[WAITING], ids(world)[WELL]
    world.hold_jobs(stuck, "INPROGRESS")
    world.hold_jobs(failed, "GENERAL_ERROR")
    wall.advance(7200)
    assert job_states(world, stuck) == ["INPROGRESS", "INPROGRESS"]
    assert job_states(world, failed) == ["GENERAL_ERROR", "GENERAL_ERROR"]
    world.place(failed, Phase.NORMAL)
    assert job_states(world, failed) == []


def test_held_jobs_can_be_released(world: World, wall: StoppedClock) -> None:
    """They are where they would be without having stood still."""
    client_id = ids(world)[WAITING]
    world.hold_jobs(client_id, "INPROGRESS")
    wall.advance(240)
    world.release_jobs(client_id)
    assert job_states(world, client_id) == ["FINISHED", "FINISHED"]
    with pytest.raises(KeyError):
        world.release_jobs("nobody")


def test_a_client_that_appears_was_never_seen_until_it_reports(world: World, wall: StoppedClock) -> None:
    """It belongs to its cluster at once."""
    cluster_id = cluster_of(world, ids(world)[WELL])["id"]
    world.add_client(cluster_id)
    added = ids(world)[-1]
    assert status_of(world, added)["status"] == "UNDEFINED"
    assert added in cluster_of(world, added)["clientIds"]
    wall.advance(31)
    assert status_of(world, added)["status"] == "NORMAL"
    world.add_client(cluster_id, Phase.CONFIGURING)
    assert status_of(world, ids(world)[-1])["status"] == "CONFIGURING"


def test_a_quiet_world_stays_as_it_is(wall: StoppedClock) -> None:
    """No jobs, no troubles, nothing to update; a day later likewise."""
    world = World(roster=Roster.of_sizes([3, 2, 2], 1, quiet=True), epoch_seconds=wall)
    for _ in range(2):
        assert {status_of(world, client_id)["status"] for client_id in ids(world)} == {"NORMAL"}
        assert {cluster["status"] for cluster in world.cluster_documents("v1")} == {"NORMAL"}
        assert not any(job_states(world, client_id) for client_id in ids(world))
        assert not any(cluster.get("updatePackage") for cluster in world.cluster_documents("v1"))
        wall.advance(86_400)


def test_an_offered_update_waits_until_it_is_withdrawn(wall: StoppedClock) -> None:
    """The tenant may find the cluster out of date besides."""
    world = World(roster=Roster.of_sizes([2], 1, quiet=True), epoch_seconds=wall)
    cluster_id = world.roster.cluster("1").id
    world.roster.amend_cluster(cluster_id, update_offered=True)
    world.notify_out_of_date(cluster_id)
    cluster = cluster_of(world, ids(world)[0])
    assert (cluster["updatePackage"], cluster["isOutOfDateNotifiedAt"]) == ("123.2", "2025-08-12T12:00:00.000000Z")


def test_a_client_can_say_another_version_and_other_health(wall: StoppedClock) -> None:
    """Its status stays."""
    world = World(roster=Roster.of_sizes([2], 1, quiet=True), epoch_seconds=wall)
    client_id = ids(world)[0]
    world.roster.amend_client(client_id, version="77", health="ERROR")
    status, health = status_of(world, client_id), world.health_document(client_id)
    listed = world.client_document(client_id, "v1")
    assert health is not None
    assert listed is not None
    assert (status["status"], status["body"]["va_version"], listed["vaVersion"]) == ("NORMAL", "77", "77")
    assert len(health["body"]["health_indicators"]["memory"]["errors"]) == 1
    assert cluster_of(world, client_id)["consolidatedHealthIndicatorsStatus"] == "ERROR"
