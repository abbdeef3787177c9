"""The lists' documents."""

import json
from dataclasses import replace
from typing import Any

import pytest

from exporter.simulator.handwriting import CANARY
from exporter.simulator.inventory import client_document, cluster_document
from exporter.simulator.jobs import TURN_SECONDS, Turn
from exporter.simulator.life import Phase
from tests.simulator.pictures import CLUSTER, NOW, picture
from tests.simulator.published import MANAGED_CLIENT, MANAGED_CLUSTER, differences

NORMAL, WARNING, FAILED = (picture(phase) for phase in (Phase.NORMAL, Phase.WARNING, Phase.FAILED))


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("index", range(12))
def test_a_client_is_as_published(phase: Phase, index: int) -> None:
    """Except for the unpublished status word, the bare number and the legacy id in quotes."""
    appliance = picture(phase, index=index)
    allowed = {".status: DEGRADED"} if phase is Phase.UNKNOWN else set()
    allowed |= {".sinceLastSeen: int"} if index % 4 == 1 and not appliance.never_seen else set()
    allowed |= {".ccId: str"} if index == 5 else set()
    for generation in ("v1", "v2026", "v2025", "v3"):
        assert set(differences(client_document(appliance, generation), MANAGED_CLIENT)) == allowed


def test_a_client_has_the_oddities_of_the_samples() -> None:
    """A literal dollar sign, an address that cannot be, a type of cluster that the client does not know."""
    assert client_document(picture(index=4), "v1")["name"] == "VA-$clientId"
    assert client_document(picture(index=5), "v1")["ipAddress"] == "123.456.78.90"
    assert client_document(picture(cluster=replace(CLUSTER, type="standard")), "v1")["clusterType"] is None
    assert client_document(NORMAL, "v1")["clusterType"] == "idn"


def test_a_draft_has_neither_status_nor_age() -> None:
    """As null, or not at all."""
    assert client_document(picture(Phase.DRAFT), "v1")["status"] is None
    draft = client_document(picture(Phase.DRAFT, index=2), "v1")
    assert not {"status", "lastSeen", "sinceLastSeen", "vaVersion"} & draft.keys()
    assert draft["provisionStatus"] == "DRAFT"
    assert client_document(picture(Phase.NOT_CONFIGURED), "v1")["provisionStatus"] == "PROVISIONED"


def test_only_v2024_shows_health_on_the_client() -> None:
    """With a network category where later generations have a container one; null until the first report."""
    assert "healthIndicators" not in client_document(WARNING, "v2025")
    indicators = client_document(WARNING, "v2024")["healthIndicators"]
    assert indicators.keys() == {"network", "memory", "cpu"}
    assert len(indicators["cpu"]["warnings"]) == 1
    assert client_document(picture(Phase.NOT_CONFIGURED), "v2024")["healthIndicators"] is None


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("generation", ["v1", "v2026", "v2025", "v2024", "v3", "beta"])
@pytest.mark.parametrize("members", [[], [NORMAL], [WARNING, FAILED]])
def test_a_cluster_is_as_published(index: int, generation: str, members: list[Any]) -> None:
    """In every generation, also without clients and with a null for its clients' type."""
    cluster = replace(CLUSTER, index=index, client_type=None if index == 2 else "VA", type="standard")
    assert list(differences(cluster_document(cluster, members, generation), MANAGED_CLUSTER)) == []


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        ((), ("NO_CLIENTS", False, "", None)),
        ((Phase.DRAFT, Phase.NOT_CONFIGURED, Phase.CONFIGURING), ("CONFIGURING", False, "", "NORMAL")),
        ((Phase.NORMAL, Phase.NORMAL), ("NORMAL", True, "", "NORMAL")),
        ((Phase.NORMAL, Phase.NORMAL, Phase.NOT_CONFIGURED), ("NORMAL", True, "", "NORMAL")),
        ((Phase.NORMAL, Phase.WARNING), ("WARNING", True, "", "WARNING")),
        ((Phase.NORMAL, Phase.FAILED), ("WARNING", True, "LIMITED_RESOURCES", "ERROR")),
        ((Phase.SILENT, Phase.FAILED), ("FAILED", False, "", "ERROR")),
    ],
)
def test_a_clusters_state_follows_from_its_clients(phases: tuple[Phase, ...], expected: tuple[Any, ...]) -> None:
    """It works as long as one of them does, and has limited resources with only one."""
    document = cluster_document(CLUSTER, [picture(phase) for phase in phases], "v1")
    keys = ("status", "operational", "alertKey", "consolidatedHealthIndicatorsStatus")
    assert tuple(document[key] for key in keys) == expected
    assert len(document["clientIds"]) == len(phases)


def test_an_update_is_available_until_the_last_client_has_it() -> None:
    """The installed release is that of the slowest."""
    done, waiting = Turn(NOW - TURN_SECONDS, NOW, 1, 2), Turn(NOW, NOW, 1, 2)
    half = cluster_document(CLUSTER, [picture(turn=done), picture(turn=waiting)], "v1")
    whole = cluster_document(CLUSTER, [picture(turn=done), picture(turn=done)], "v1")
    assert (half["currentInstalledReleaseVersion"], half["updatePackage"]) == ("123.1", "123.2")
    assert (whole["currentInstalledReleaseVersion"], whole["updatePackage"]) == ("123.2", None)


def test_a_cluster_updated_by_hand_falls_behind() -> None:
    """It was told, and an update waits."""
    behind = replace(CLUSTER, by_hand=True, update_offered=True, out_of_date_since_epoch_seconds=NOW)
    document = cluster_document(behind, [NORMAL], "v1")
    assert document["updatePreferences"]["updateState"] == "DISABLED"
    assert document["updatePackage"] == "123.2"
    assert document["isOutOfDateNotifiedAt"] == "2025-08-12T12:00:00.000000Z"
    assert cluster_document(CLUSTER, [NORMAL], "v1")["isOutOfDateNotifiedAt"] is None


def test_the_configuration_differs_in_beta() -> None:
    """As the two published samples do; a value may be null."""
    assert cluster_document(CLUSTER, [], "beta")["configuration"].keys() == {"clusterExternalId", "ccgVersion"}
    configuration = cluster_document(CLUSTER, [], "v1")["configuration"]
    assert (configuration["gmtOffset"], configuration["debug"]) == ("-6", None)


def test_lists_hold_what_a_reader_must_drop() -> None:
    """Secret, keys, key store and e-mail address, all with the canary in them."""
    assert CANARY in client_document(NORMAL, "v1")["secret"]
    cluster = cluster_document(replace(CLUSTER, index=1), [], "v1")
    for secret in (
        cluster["keyPair"]["publicKey"],
        cluster["keyPair"]["publicKeyCertificate"],
        cluster["publicKey"],
        cluster["attributes"]["keystore"],
        cluster["updatePreferences"]["notificationEmail"],
    ):
        assert CANARY in secret
    assert json.dumps(cluster).count(CANARY) == 8
