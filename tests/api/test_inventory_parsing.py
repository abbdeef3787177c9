"""Parsing of lists and health: the vendor's documents exactly, and whatever else a tenant may send without harm."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.documents import OTHER
from exporter.api.drift import UNEXPECTED_FIELDS
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster, OauthInfo
from exporter.api.inventory_parsing import (
    MAX_CATEGORIES,
    MAX_CLIENT_IDS,
    parse_health_indicators,
    parse_managed_clients,
    parse_managed_clusters,
    parse_oauth_info,
)
from exporter.errors import ApiError, Reason

CLIENT = {
    "id": "2c9180878eaf4204018eb019c3570003",
    "alertKey": "CLIENT_STATUS_NOT_CONFIGURED",
    "apiGatewayBaseUrl": "https://denali-lwt.api.example.com",
    "cookbook": "va-megapod-useast1-610-1621372012",
    "ccId": 2248,
    "clientId": "00be54a2-bb6d-402f-9159-beb2d5319347",
    "clusterId": "e1ff7bb24c934240bbf55e1aa39e41c5",
    "description": "A short description of the ManagedClient",
    "ipAddress": "123.456.78.90",
    "lastSeen": "2020-01-01T00:00:00.000000Z",
    "name": "VA-$clientId",
    "sinceLastSeen": 15000,
    "status": "NORMAL",
    "type": "VA",
    "clusterType": "idn",
    "vaDownloadUrl": "aUrl",
    "vaVersion": "va-megapod-useast1-610-1621372012",
    "secret": "canary-ef878e15eaa8c8d3e2fa52f41125e2a0eeadadc6a14f931a33ad3e1b62d56381",
    "createdAt": "2023-08-04T20:48:01.865Z",
    "updatedAt": "2023-08-04T20:48:01.865Z",
    "provisionStatus": "PROVISIONED",
}
"""The example of the reference, its secret replaced."""

CLUSTER = {
    "id": "e1ff7bb24c934240bbf55e1aa39e41c5",
    "name": "Managed Cluster Name",
    "pod": "megapod-useast1",
    "org": "denali",
    "type": "idn",
    "configuration": {"clusterExternalId": "e1ff7bb24c934240bbf55e1aa39e41c5", "debug": None},
    "keyPair": {"publicKey": "canary-key", "publicKeyThumbprint": None, "publicKeyCertificate": None},
    "attributes": {"queue": {"name": "q", "region": "us-east-1"}, "keystore": "canary-keystore"},
    "description": "q",
    "redis": {"redisHost": "megapod-useast1-shared-redis.example.com", "redisPort": 6379},
    "clientType": "CCG",
    "ccgVersion": "v01",
    "pinnedConfig": False,
    "operational": True,
    "status": "NORMAL",
    "alertKey": "LIMITED_RESOURCES",
    "clientIds": ["1244", "1245"],
    "serviceCount": 6,
    "ccId": "1533",
    "createdAt": "2023-08-04T20:48:01.865Z",
    "updatedAt": None,
    "lastReleaseNotifiedAt": "2023-08-04T20:48:01.865Z",
    "updatePreferences": {"processGroups": None, "updateState": "AUTO", "notificationEmail": "canary@example.com"},
    "currentInstalledReleaseVersion": "123.1",
    "updatePackage": "123.1",
    "isOutOfDateNotifiedAt": "2023-08-04T20:48:01.865Z",
    "consolidatedHealthIndicatorsStatus": "NORMAL",
}
"""The example of the reference, its keys replaced."""

EVENT = {
    "detailedMessage": "canary: CPU utilization is high",
    "uuid": "5",
    "url": None,
    "timestamp": "2025-03-25T14:46:58.605Z",
    "lastNotifiedTimeStamp": "2025-08-06T06:53:22.206956Z",
    "cpuUtilizationPercentage": 80,
    "freeSpacePercentage": None,
}


def client(**fields: Any) -> ListedManagedClient:
    """What is read of a client with an id and these fields."""
    return parse_managed_clients([{"id": "1528", **fields}]).entries["1528"]


def cluster(**fields: Any) -> ManagedCluster:
    """What is read of a cluster with an id and these fields."""
    return parse_managed_clusters([{"id": "1533", **fields}]).entries["1533"]


def health(**categories: Any) -> HealthIndicators:
    """What is read of a healthy client's document with these health indicators."""
    return parse_health_indicators(
        {
            "body": {"health_indicators": categories},
            "status": "NORMAL",
            "type": "VA",
            "timestamp": "2020-01-01T00:00:00Z",
        }
    )


def test_the_documented_client_parses_exactly() -> None:
    """Name, type, cluster, version, status and age; the rest, its secret first, is not read."""
    assert parse_managed_clients([CLIENT]).entries["2c9180878eaf4204018eb019c3570003"] == ListedManagedClient(
        id="2c9180878eaf4204018eb019c3570003",
        status="NORMAL",
        name="VA-$clientId",
        type="VA",
        cluster_id="e1ff7bb24c934240bbf55e1aa39e41c5",
        alert_key="CLIENT_STATUS_NOT_CONFIGURED",
        va_version="va-megapod-useast1-610-1621372012",
        provision_status="PROVISIONED",
        last_seen_epoch_seconds=1577836800.0,
        since_last_seen_millis=15000.0,
    )


def test_the_documented_cluster_parses_exactly() -> None:
    """State, health, release and members; no key, no address."""
    assert parse_managed_clusters([CLUSTER]).entries["e1ff7bb24c934240bbf55e1aa39e41c5"] == ManagedCluster(
        id="e1ff7bb24c934240bbf55e1aa39e41c5",
        name="Managed Cluster Name",
        type="idn",
        status="NORMAL",
        operational=True,
        health="NORMAL",
        alert_key="LIMITED_RESOURCES",
        ccg_version="v01",
        release="123.1",
        update_state="AUTO",
        update_available=True,
        out_of_date_since_epoch_seconds=1691182081.865,
        service_count=6,
        client_ids=("1244", "1245"),
        client_type="CCG",
    )


def test_the_documented_health_parses_exactly() -> None:
    """Numbers of events, without their texts."""
    assert health(cpu={"errors": [], "warnings": [EVENT]}) == HealthIndicators(
        status="NORMAL", events=(("cpu", "error", 0), ("cpu", "warning", 1))
    )


@pytest.mark.parametrize("parse", [parse_managed_clients, parse_managed_clusters])
def test_an_entry_that_cannot_be_used_costs_no_other(parse: Any) -> None:
    """It still counts as a record of its page."""
    page = parse([5, None, [], {}, {"id": None}, {"id": ""}, {"id": {}}, {"id": "1"}, {"id": 2}, {"id": "1"}])
    assert list(page.entries) == ["1", "2"]
    assert page.size == 10
    assert (parse([]).entries, parse([]).size) == ({}, 0)


def test_a_client_may_be_nothing_but_an_id() -> None:
    """Nulls and missing keys are the same, and a status that is neither there is UNDEFINED."""
    bare = ListedManagedClient(id="1528", status="UNDEFINED")
    assert client() == bare
    assert client(**dict.fromkeys(CLIENT.keys() - {"id"})) == bare


@pytest.mark.parametrize(("written", "millis"), [("15000", 15000.0), (15000, 15000.0), (0, 0.0), ("0", 0.0)])
def test_an_age_is_a_number_or_a_number_in_a_string(written: Any, millis: float) -> None:
    """The reference says string, and shows a number."""
    assert client(sinceLastSeen=written).since_last_seen_millis == millis


@pytest.mark.parametrize("fraction", ["", ".5", ".865", ".000000", ".123456789"])
def test_a_client_was_last_seen_at_a_second_with_any_fraction(fraction: str) -> None:
    """The vendor's own examples disagree about it."""
    seen = client(lastSeen=f"2020-01-01T00:00:00{fraction}Z").last_seen_epoch_seconds
    assert seen == pytest.approx(1577836800.0 + float(f"0{fraction or '.0'}"), abs=1e-6)


def test_unknown_words_read_as_other_and_are_noted() -> None:
    """New values are not a breaking change for the vendor; a type is free text, and nothing to note."""
    drifted = client(status="DEGRADED", provisionStatus="RETIRED", type="Something new")
    assert (drifted.status, drifted.provision_status, drifted.type) == (OTHER, OTHER, "Something new")
    assert drifted.unexpected == ("managedClients.provisionStatus", "managedClients.status")
    grown = cluster(status="NEW", consolidatedHealthIndicatorsStatus="NEW", clientType="NEW", type="NEW")
    assert (grown.status, grown.health, grown.client_type, grown.type) == (OTHER, OTHER, OTHER, "NEW")
    assert cluster(updatePreferences={"updateState": "NEW"}).update_state == OTHER


def test_an_update_is_available_absent_or_not_told() -> None:
    """Null means that there is none; old generations do not have the key."""
    assert cluster(updatePackage="123.2").update_available is True
    assert cluster(updatePackage=None).update_available is False
    assert cluster().update_available is None


def test_a_cluster_names_its_clients_once_and_up_to_a_limit() -> None:
    """Whatever else is among the ids is noted."""
    members = cluster(clientIds=["1", 2, "1", None, {}])
    assert members.client_ids == ("1", "2")
    assert members.unexpected == ("managedClusters.clientIds",)
    crowd = cluster(clientIds=[str(number) for number in range(MAX_CLIENT_IDS + 1)])
    assert len(crowd.client_ids) == MAX_CLIENT_IDS
    assert cluster(clientIds=None).client_ids == ()


def test_a_cluster_may_be_nothing_but_an_id() -> None:
    """As in generations that have fewer fields."""
    assert cluster() == ManagedCluster(id="1533")


def test_categories_that_are_not_known_add_to_other() -> None:
    """Their names could be anything, and labels may not."""
    drifted = health(
        network={"errors": [EVENT]}, disk={"errors": [EVENT], "warnings": [EVENT, {}]}, gpu={"errors": [{}]}
    )
    assert drifted.events == (
        ("network", "error", 1),
        ("network", "warning", 0),
        (OTHER, "error", 2),
        (OTHER, "warning", 2),
    )
    assert drifted.unexpected == ("body.health_indicators",)


def test_a_category_that_is_null_is_not_there() -> None:
    """Null and missing are the same."""
    assert health(cpu=None, memory={"errors": None}).events == (("memory", "error", 0), ("memory", "warning", 0))
    assert health(cpu=None).unexpected == ()
    assert len(health(**{f"c{number}": {} for number in range(MAX_CATEGORIES + 1)}).events) == 2


def test_health_may_be_missing_but_not_the_document() -> None:
    """An error that comes with status 200 is refused."""
    assert parse_health_indicators({"body": {}, "status": None}) == HealthIndicators(
        status="UNDEFINED", unexpected=("status",)
    )
    with pytest.raises(ApiError) as caught:
        parse_health_indicators({"error": "canary"})
    assert caught.value.reason is Reason.SCHEMA


def test_the_tenant_s_name_and_pod_are_read_where_they_are_told() -> None:
    """Nothing else of ``/oauth/info`` is needed."""
    assert parse_oauth_info({"tenantName": "acme", "pod": "stg01", "tenantId": "x"}) == OauthInfo("acme", "stg01")
    assert parse_oauth_info({"pod": 5}) == OauthInfo()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["NORMAL", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def entries_like(example: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Entries with the example's keys, or some of them, and anything as their values."""
    return st.fixed_dictionaries({}, optional={**dict.fromkeys(example, JSON), "id": JSON | st.just("1")}) | JSON


@given(st.lists(entries_like(CLIENT), max_size=4), st.lists(entries_like(CLUSTER), max_size=4))
def test_any_array_parses(clients: list[Any], clusters: list[Any]) -> None:
    """Nothing leaves the parsers, and what they note is in the closed set."""
    for page in (parse_managed_clients(clients), parse_managed_clusters(clusters)):
        for entry in page.entries.values():
            assert set(entry.unexpected) <= set(UNEXPECTED_FIELDS)


@given(st.dictionaries(st.sampled_from(["cpu", "memory", "disk"]), JSON | st.fixed_dictionaries({"errors": JSON})))
def test_any_health_parses(categories: dict[str, Any]) -> None:
    """Counts are never negative, and what is noted is in the closed set."""
    parsed = health(**categories)
    assert all(events >= 0 for _, _, events in parsed.events)
    assert set(parsed.unexpected) <= set(UNEXPECTED_FIELDS)


def test_every_unexpected_field_of_lists_can_be_noticed() -> None:
    """The closed set has no name that is never used."""
    wrong: list[ListedManagedClient | ManagedCluster] = [
        client(**{field: {} for field in CLIENT.keys() - {"id"}}),
        cluster(**{field: {} for field in CLUSTER.keys() - {"id"}}),
        cluster(updatePreferences=5),
        cluster(updatePreferences={"updateState": 5}),
    ]
    noted = {field for entry in wrong for field in entry.unexpected}
    assert noted == {field for field in UNEXPECTED_FIELDS if field.startswith("managedCl")}
    wrong_health = health(cpu={"errors": 5, "warnings": {}}, disk={})
    assert set(wrong_health.unexpected) == {field for field in UNEXPECTED_FIELDS if "health_indicators" in field}
