"""Status and health documents."""

from typing import Any

import pytest

from exporter.simulator.handwriting import CANARY
from exporter.simulator.jobs import TURN_SECONDS, Turn
from exporter.simulator.life import Phase
from exporter.simulator.status_documents import aggregated_document, health_document, status_document
from exporter.simulator.work_order import work_order
from tests.simulator.pictures import CLUSTER, NOW, picture
from tests.simulator.published import HEALTH_DOCUMENT, STATUS_BODY_KEYS, STATUS_DOCUMENT, differences


def status_of(phase: Phase = Phase.NORMAL, **changes: Any) -> dict[str, Any]:
    """The status document of a client in a phase."""
    return status_document(picture(phase, **changes), with_work_order=False)


@pytest.mark.parametrize("phase", Phase)
def test_a_status_document_is_as_published(phase: Phase) -> None:
    """Except for the unpublished status word, and null for a status."""
    found = set(differences(status_of(phase), STATUS_DOCUMENT))
    allowed = {Phase.UNKNOWN: {".status: DEGRADED"}, Phase.NULL: {".status: null"}, Phase.DRAFT: {".status: null"}}
    assert found == allowed.get(phase, set())


def test_the_body_has_the_keys_of_the_published_sample() -> None:
    """No more and no less, whether the client was seen or not."""
    assert status_of()["body"].keys() == STATUS_BODY_KEYS
    assert status_of(Phase.NOT_CONFIGURED)["body"].keys() == STATUS_BODY_KEYS


def test_the_two_statuses_agree() -> None:
    """Envelope and body say the same word."""
    for phase in Phase:
        assert status_of(phase)["status"] == status_of(phase)["body"]["status"]


def test_ages_are_strings_of_milliseconds() -> None:
    """``sinceSeen`` equals ``sinceSeenMillis``, ``lastSeen`` is epoch milliseconds."""
    body = status_of(Phase.SILENT)["body"]
    assert (body["sinceSeenMillis"], body["sinceSeen"], body["lastSeen"]) == ("1005000", "1005000", "1754998995000")


def test_some_clients_write_bare_numbers() -> None:
    """The same client always does."""
    body = status_of(Phase.SILENT, index=1)["body"]
    assert (body["sinceSeenMillis"], body["sinceSeen"], body["lastSeen"]) == (1005000, 1005000, 1754998995000)


def test_some_clients_leave_nulls_out() -> None:
    """Absent means what null means."""
    assert status_of(index=3)["body"]["internal_ip"] is None
    assert status_of(index=0)["body"]["state"] is None
    assert "state" not in status_of(index=2)["body"]
    assert "internal_ip" not in status_of(index=17)["body"]


def test_a_client_that_was_never_seen_says_nothing_about_itself() -> None:
    """Only the tenant's own facts are there, and the type is null."""
    document = status_of(Phase.NOT_CONFIGURED)
    known = {key for key, value in document["body"].items() if value is not None}
    assert known == {"id", "clusterId", "alertKey", "status"}
    assert document["type"] is None


def test_the_timestamp_is_that_of_the_last_report() -> None:
    """A moment after ``lastSeen``, not the time of the answer."""
    assert status_of(Phase.SILENT)["timestamp"] == "2025-08-12T11:43:15.002300Z"


def test_a_stack_trace_goes_with_an_error() -> None:
    """Its text must never be seen elsewhere."""
    assert CANARY in status_of(Phase.ERROR)["body"]["stacktrace"]
    assert status_of()["body"]["stacktrace"] == ""


def test_an_upgrade_changes_the_versions() -> None:
    """The operating system, the tags and, for those that tell, the version."""
    done = status_of(index=1, turn=Turn(NOW - TURN_SECONDS, NOW, 1, 1))["body"]
    before = status_of(index=1)["body"]
    assert all(done[key] != before[key] for key in ("ccg_etag", "cookbook_etag", "os_version", "va_version"))


def test_a_work_order_is_put_into_the_body_on_request() -> None:
    """As ``body.body``, beside the published keys."""
    appliance = picture(turn=Turn(NOW, NOW, 1, 1))
    body = status_document(appliance, with_work_order=True)["body"]
    assert body["body"] == work_order(appliance)
    assert body.keys() - {"body"} == STATUS_BODY_KEYS


def test_a_report_is_answered_with_a_work_order() -> None:
    """One level deeper than a status, in the same envelope."""
    appliance = picture()
    document = aggregated_document(appliance)
    assert list(differences(document, STATUS_DOCUMENT)) == []
    assert document["body"] == {"body": work_order(appliance)}


def test_a_report_tells_what_the_client_knows_and_nothing_else() -> None:
    """It may not rename the client, move its clock or order work."""
    reported = {"hostname": "va-9", "extra": 1, "id": "x", "lastSeen": "1", "sinceSeenMillis": "1", "body": {}}
    body = status_of(Phase.SILENT, reported=reported)["body"]
    assert (body["hostname"], body["extra"]) == ("va-9", 1)
    assert (body["id"], body["lastSeen"], body["sinceSeenMillis"]) == ("1528", "1754998995000", "1005000")
    assert "body" not in body


@pytest.mark.parametrize("phase", set(Phase) - {Phase.DRAFT, Phase.NOT_CONFIGURED})
@pytest.mark.parametrize("index", range(4))
def test_a_health_document_is_as_published(phase: Phase, index: int) -> None:
    """Except for the unpublished status word, bare numbers, and an address that is null."""
    allowed = {".status: DEGRADED", ".body.status: DEGRADED"} if phase is Phase.UNKNOWN else set()
    bare = {f".body.{key}: int" for key in ("lastSeen", "sinceSeen", "sinceSeenMillis")} if index == 1 else set()
    nulls = {".body.internal_ip: null"} if index == 3 else set()
    assert set(differences(health_document(picture(phase, index=index)), HEALTH_DOCUMENT)) == allowed | bare | nulls


def test_a_warning_is_a_cpu_event() -> None:
    """Raised when the trouble began; percentages are there only inside an event."""
    document = health_document(picture(Phase.WARNING, index=2))
    assert document is not None
    (event,) = document["body"]["health_indicators"]["cpu"]["warnings"]
    assert event == {
        "detailedMessage": "CPU utilization is high",
        "uuid": "5",
        "timestamp": "2025-08-12T11:43:20.000Z",
        "lastNotifiedTimeStamp": "2025-08-12T11:44:20.000Z",
        "cpuUtilizationPercentage": 92.5,
    }
    assert document["body"]["consolidatedHealthIndicatorsStatus"] == "WARNING"


def test_an_error_is_a_memory_and_a_container_event() -> None:
    """The latter names the endpoint; what does not apply is null."""
    document = health_document(picture(Phase.ERROR))
    assert document is not None
    indicators = document["body"]["health_indicators"]
    assert indicators["memory"]["errors"][0]["freeSpacePercentage"] == 8
    assert indicators["container"]["errors"][0]["url"] == "https://sqs.example.com:443/"
    assert indicators["container"]["errors"][0]["cpuUtilizationPercentage"] is None


def test_nothing_is_wrong_with_a_well_client() -> None:
    """The categories are there, without events."""
    document = health_document(picture())
    assert document is not None
    empty: dict[str, list[Any]] = {"errors": [], "warnings": []}
    assert document["body"]["health_indicators"] == {"container": empty, "memory": empty, "cpu": empty}
    assert document["body"]["clusterId"] == CLUSTER.id


@pytest.mark.parametrize(
    ("phase", "client_type"),
    [(Phase.NOT_CONFIGURED, "VA"), (Phase.NORMAL, "INTERNAL"), (Phase.NORMAL, "IIQ_HARVESTER")],
)
def test_some_clients_have_no_health(phase: Phase, client_type: str) -> None:
    """Those never seen, and those of a type that the health document does not know."""
    assert health_document(picture(phase, type=client_type)) is None
