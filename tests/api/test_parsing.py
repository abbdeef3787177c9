"""Parsing: the vendor's documents exactly, and whatever else a tenant may send without harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.documents import (
    OTHER,
    ConnectorService,
    Job,
    Maintenance,
    ManagedClientStatus,
    ManagedClientStatusAggResponse,
    ManagedProcess,
    Queue,
    WorkOrder,
)
from exporter.api.parsing import (
    MAX_JOBS,
    MAX_MANAGED_PROCESSES,
    UNEXPECTED_FIELDS,
    parse_agg_response,
    parse_managed_client_status,
)
from exporter.errors import ApiError, Reason

NEW_YEAR_2020_EPOCH_SECONDS = 1577836800.0

WORK_ORDER = WorkOrder(
    client_id="1528",
    cluster_id="1533",
    org_type="test",
    cluster_job_count=1,
    job_type="VA_UPGRADE",
    va_version="va-megapod-useast1-595-1627543540",
    connector_services=(
        ConnectorService("540696", "EndToEnd-ADSource", use_ssl=False),
        ConnectorService("540698", "EndToEnd-AzureADSource", use_ssl=None),
        ConnectorService("540710", "EndToEnd-OpenLDAP", use_ssl=False),
        ConnectorService("540713", "Dynamic-ADSource", use_ssl=False),
        ConnectorService("540716", "EndToEnd-JdbcADSource", use_ssl=False),
        ConnectorService("540717", "EndToEnd-JdbcSource", use_ssl=None),
    ),
    jobs=(
        Job(
            state="FINISHED",
            type="VA_UPGRADE",
            managed_processes=(
                ManagedProcess("charon", "345"),
                ManagedProcess("ccg", "415_583_79.0.0"),
                ManagedProcess("toolbox", "6"),
                ManagedProcess("fluent", "50"),
                ManagedProcess("va_agent", "89"),
            ),
        ),
    ),
    jobs_truncated=False,
    queue=Queue("megapod-useast1-denali-lwt-cluster-1533", "us-east-1"),
    maintenance=Maintenance(
        window=True,
        window_start_time_epoch_seconds=1627516800.0,
        window_cluster_time_epoch_seconds=1627522524.0,
        window_finish_time_epoch_seconds=1627531200.0,
    ),
)

STATUS = ManagedClientStatus(
    status="NORMAL",
    type="CCG",
    timestamp_epoch_seconds=NEW_YEAR_2020_EPOCH_SECONDS,
    id="5678",
    cluster_id="1234",
    alert_key="",
    hostname="megapod-useast1-secret-hostname.sailpoint.com",
    product="idn",
    platform_version="2",
    os_type="flatcar",
    os_version="2345.3.1",
    hypervisor="unknown",
    va_version=None,
    last_seen_epoch_seconds=1620843964.604,
    since_seen_millis=14708.0,
    has_stacktrace=False,
    work_order=None,
    unexpected=(),
)


def sample(name: str) -> Any:
    """An example of the vendor's reference (beta, ManagedClients), word for word."""
    return json.loads((Path(__file__).parent / "samples" / f"{name}.json").read_text())


def status(**body: Any) -> Any:
    """The reference's status document with some keys of its body replaced."""
    document = sample("managed_client_status")
    document["body"] |= body
    return document


def work_order(**order: Any) -> ManagedClientStatusAggResponse:
    """What is read of an aggregated document that holds just this work order."""
    return parse_agg_response(
        {"body": {"body": order}, "status": "NORMAL", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}
    )


def unexpected_or_refusal(parse: Any, document: Any) -> tuple[str, ...]:
    """The fields noted, or the reason of the refusal."""
    try:
        return tuple(parse(document).unexpected)
    except ApiError as refused:
        return (refused.reason,)


def test_the_documented_status_parses_exactly() -> None:
    """Every value of the reference's example is read, and nothing of it is unexpected."""
    assert parse_managed_client_status(sample("managed_client_status")) == STATUS


def test_the_documented_aggregated_answer_parses_exactly() -> None:
    """The work order one level deeper is read with jobs, sources, queue, processes and maintenance window."""
    assert parse_agg_response(sample("managed_client_status_agg_response")) == ManagedClientStatusAggResponse(
        status="NORMAL",
        type="CCG",
        timestamp_epoch_seconds=NEW_YEAR_2020_EPOCH_SECONDS,
        work_order=WORK_ORDER,
        unexpected=(),
    )


def test_bare_numbers_and_missing_nulls_read_the_same() -> None:
    """The vendor prints the same document with numbers bare and without the keys that are null."""
    document = status(lastSeen=1620843964604, sinceSeen=14708, sinceSeenMillis=14708)
    document["body"] = {key: value for key, value in document["body"].items() if value is not None}
    assert parse_managed_client_status(document) == STATUS


@pytest.mark.parametrize(
    ("envelope", "body", "expected", "unexpected"),
    [
        ("WARNING", "NORMAL", "WARNING", ()),
        ("DEGRADED", "NORMAL", OTHER, ("status",)),
        (404, "NORMAL", OTHER, ("status",)),
        (None, "FAILED", "FAILED", ("status",)),
        (None, "DEGRADED", OTHER, ("body.status", "status")),
        (None, None, "UNDEFINED", ("status",)),
    ],
)
def test_status_is_the_envelopes_else_the_bodys_else_undefined(
    envelope: Any, body: Any, expected: str, unexpected: tuple[str, ...]
) -> None:
    """Null is UNDEFINED, an unknown word is OTHER, and both are noticed."""
    parsed = parse_managed_client_status(status(status=body) | {"status": envelope})
    assert (parsed.status, parsed.unexpected) == (expected, unexpected)


@pytest.mark.parametrize(("sent", "expected"), [("VA", "VA"), (None, None), ("TOASTER", OTHER)])
def test_type_may_be_null_or_new(sent: Any, expected: str | None) -> None:
    """The type is nullable by its schema, and its enumeration may grow."""
    assert parse_managed_client_status(sample("managed_client_status") | {"type": sent}).type == expected


@pytest.mark.parametrize(
    ("millis", "seconds", "expected"),
    [("5", "9", 5.0), (None, "9", 9.0), ("x", "9", 9.0), (None, None, None), ("-5", "9", -5.0), ("0", "9", 0.0)],
)
def test_age_is_since_seen_millis_else_since_seen(millis: Any, seconds: Any, expected: float | None) -> None:
    """Negative ages are kept: they show whose clock is wrong."""
    assert parse_managed_client_status(status(sinceSeenMillis=millis, sinceSeen=seconds)).since_seen_millis == expected


def test_of_a_stack_trace_only_its_presence_is_kept() -> None:
    """Stack traces, addresses, etags and unknown keys do not survive parsing."""
    parsed = parse_managed_client_status(
        status(stacktrace="CANARY", internal_ip="CANARY", secret="CANARY", ccg_etag="CANARY")
    )
    assert parsed.has_stacktrace
    assert "CANARY" not in repr(parsed)


def test_a_work_order_inside_a_status_document_is_read_there() -> None:
    """Some tenants answer the GET with the aggregated document, and some with its keys beside the status."""
    order = sample("managed_client_status_agg_response")["body"]["body"]
    nested = parse_managed_client_status(sample("managed_client_status_agg_response"))
    beside = parse_managed_client_status(status(**order))
    assert nested.work_order == beside.work_order == WORK_ORDER
    assert (nested.id, nested.cluster_id, nested.status) == ("1528", "1533", "NORMAL")
    assert beside.hostname == STATUS.hostname


def test_an_absent_work_order_is_none_and_an_empty_job_list_is_not() -> None:
    """No list of jobs and a list of no jobs are two different things."""
    assert parse_agg_response({"body": {}}).work_order is None
    assert parse_managed_client_status(status(jobs=None)).work_order is None
    assert work_order(orgType="test").work_order == WorkOrder(
        None, None, "test", None, None, None, None, None, jobs_truncated=False, queue=None, maintenance=None
    )
    order = work_order(jobs=[]).work_order
    assert order is not None
    assert order.jobs == ()


def test_jobs_without_published_words_are_other() -> None:
    """A job is counted whatever it says about itself; what is no job is left out."""
    parsed = work_order(jobs=[{"state": "DANCING", "type": "VA_REBOOT"}, {"state": None}, "job"])
    assert parsed.work_order is not None
    assert parsed.work_order.jobs == (Job(OTHER, "VA_REBOOT"), Job(OTHER, OTHER))
    assert parsed.unexpected == ("jobs", "jobs.state", "jobs.type")


@pytest.mark.parametrize(("sent", "kept", "truncated"), [(MAX_JOBS, MAX_JOBS, False), (MAX_JOBS + 1, MAX_JOBS, True)])
def test_jobs_beyond_the_limit_are_cut_and_flagged(sent: int, kept: int, truncated: bool) -> None:  # noqa: FBT001 - a table's column
    """A hundred thousand jobs cost no more than ten thousand, and do not go unnoticed."""
    parsed = work_order(jobs=[{"state": "FINISHED", "type": "VA_UPGRADE"}] * sent)
    assert parsed.work_order is not None
    assert len(parsed.work_order.jobs or ()) == kept
    assert parsed.work_order.jobs_truncated is truncated
    assert parsed.unexpected == (("jobs",) if truncated else ())


def test_managed_processes_are_bounded_and_need_a_version() -> None:
    """At most 16 processes of a job are kept, without paths, descriptions or those that say no version."""
    processes: dict[str, Any] = {
        "ccg": {"version": "1", "description": "CANARY"},
        "charon": {"version": None},
        "relay": 5,
    }
    processes |= {f"process{i}": {"version": str(i)} for i in range(100)}
    parsed = work_order(jobs=[{"state": "READY", "type": "VA_REBOOT", "managedProcessConfiguration": processes}])
    assert parsed.work_order is not None
    (job,) = parsed.work_order.jobs or ()
    assert job.managed_processes[0] == ManagedProcess("ccg", "1")
    assert len(job.managed_processes) == MAX_MANAGED_PROCESSES - 2
    assert parsed.unexpected == ("jobs.managedProcessConfiguration", "jobs.managedProcessConfiguration.version")
    assert "CANARY" not in repr(parsed)


@pytest.mark.parametrize(
    "document",
    [
        None,
        5,
        "NORMAL",
        [],
        {},
        {"detailCode": "400.1", "trackingId": "x", "messages": []},
        {"timestamp": "2020-01-01T00:00:00Z", "status": 404, "error": "Not Found"},
        {"status": None, "body": None},
        {"body": [{"status": "NORMAL"}]},
    ],
)
@pytest.mark.parametrize("parse", [parse_managed_client_status, parse_agg_response])
def test_what_is_no_status_document_is_refused(parse: Any, document: Any) -> None:
    """An error document in a 200 must never pass for a client that says nothing; its text is not repeated."""
    with pytest.raises(ApiError) as refused:
        parse(document)
    assert refused.value.reason is Reason.SCHEMA
    assert "Not Found" not in str(refused.value)


def test_a_status_alone_is_enough() -> None:
    """Without a body there is still a status, and the missing fields are noticed."""
    assert parse_managed_client_status({"status": "NORMAL"}) == ManagedClientStatus(
        "NORMAL", None, None, unexpected=("body", "timestamp")
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["NORMAL", "true", "1", "VA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ELSEWHERE = ("body.health_indicators", "managedClients.", "managedClusters.")  # see test_inventory_parsing
KEYS = sorted({key for field in UNEXPECTED_FIELDS for key in field.split(".")})
DOCUMENTS = st.recursive(
    JSON,
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=8) | st.lists(inner, max_size=3),
    max_leaves=30,
)


@given(DOCUMENTS | st.fixed_dictionaries({"body": DOCUMENTS, "status": DOCUMENTS}))
def test_any_json_parses_or_is_refused(document: Any) -> None:
    """Nothing but ApiError(SCHEMA) leaves the parsers, and what they note is in the closed set."""
    for parse in (parse_managed_client_status, parse_agg_response):
        assert set(unexpected_or_refusal(parse, document)) <= {Reason.SCHEMA, *UNEXPECTED_FIELDS}


def test_every_unexpected_field_can_be_noticed() -> None:
    """The closed set has no name that is never used: a document that is wrong everywhere names them all."""
    wrong_order: dict[str, Any] = {
        **dict.fromkeys(("clientId", "clusterId", "id", "orgType", "clusterJobCount"), 1.5),
        "configuration": {"jobType": 5, "va_version": 5},
        "connectorServices": [{"id": 5, "name": 5, "connector_(boolean)useSSL": 5}, 5],
        "jobs": [{"managedProcessConfiguration": {"ccg": {}, "relay": 5}}, 5],
        "queue": {"name": 5, "region": 5},
        "maintenance": dict.fromkeys(("window", "windowStartTime", "windowClusterTime", "windowFinishTime"), "x"),
    }
    wrong_body: dict[str, Any] = {
        field.removeprefix("body."): [] for field in UNEXPECTED_FIELDS if field.startswith("body.")
    }
    documents: list[Any] = [
        {"body": wrong_body, "type": 5},
        {"body": {"body": wrong_order}},
        {"body": {"body": {"configuration": 5, "maintenance": 5, "queue": 5}}},
        {"status": "NORMAL"},
    ]
    noticed = {field for document in documents for field in parse_managed_client_status(document).unexpected}
    assert noticed == {field for field in UNEXPECTED_FIELDS if not field.startswith(ELSEWHERE)}
