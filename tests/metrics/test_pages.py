"""Pages: formats, compression, filters, what is kept, and hostile snapshots."""

import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.api.calls import Call
from exporter.api.documents import JOB_STATES, Job, ManagedClientStatus, ManagedProcess, WorkOrder
from exporter.api.inventory import CLUSTER_STATUSES, HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.collect.snapshot import Collector, Held, ManagedClient, Memory, Reading, Run, Snapshot
from exporter.errors import Reason
from exporter.metrics import Format, Page, Pages, Selection, Telemetry, needs_tenant
from exporter.metrics.readings import cluster_of
from tests.metrics.reading_pages import Series, of_tenants, parse, series, value
from tests.metrics.snapshots import ACME, AGGREGATED, CLOCK, DOCUMENTED, EPOCH_SECONDS, SANDBOX, reading, snapshot

DROPPED = "sailpoint_exporter_dropped_samples_total"


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("fmt", list(Format))
def test_a_page_says_what_it_is(pages: Pages, fmt: Format, gzip: bool) -> None:  # noqa: FBT001 - a table's column
    """Content type and coding go with the body; OpenMetrics ends once, and at the end."""
    page = pages.render((ACME,), fmt, gzip=gzip)
    body = zlib.decompress(page.body, wbits=31) if gzip else page.body
    assert (page.content_type, page.content_encoding) == (fmt.value, "gzip" if gzip else None)
    assert (body.count(b"# EOF"), body.endswith(b"# EOF\n")) == ((1, True) if fmt is Format.OPENMETRICS else (0, False))
    assert body.endswith(b"\n")


def test_both_formats_and_their_compressions_carry_the_same_series(pages: Pages) -> None:
    """Whatever a scraper negotiates, it learns the same."""
    rendered = [pages.render((ACME, SANDBOX), fmt, gzip=gzip) for fmt in Format for gzip in (False, True)]
    first, *others = [of_tenants(parse(page)) for page in rendered]
    assert len(first) > 100
    assert all(other == first for other in others)
    assert len({frozenset(series(parse(page))) for page in rendered}) == 1


def test_a_compressed_page_is_one_gzip_member(pages: Pages) -> None:
    """Its beginning was compressed once and its end just now, yet any decoder reads it to the end in one go."""
    for _ in range(2):
        decoder = zlib.decompressobj(wbits=31)
        body = decoder.decompress(pages.render((ACME,), Format.OPENMETRICS, gzip=True).body)
        assert (decoder.eof, decoder.unused_data) == (True, b"")
        assert of_tenants(parse(Page(body, Format.OPENMETRICS.value, None))) == of_tenants(
            parse(pages.render((ACME,), Format.OPENMETRICS))
        )


def test_the_own_part_is_never_kept(telemetry: Telemetry, pages: Pages) -> None:
    """A call that ends between two scrapes of one snapshot is on the second page, compressed or not."""
    observer = telemetry.observer("acme")
    name = b'sailpoint_exporter_api_requests_total{code="200",endpoint="token",tenant="acme"} '
    for times in (b"1.0", b"2.0"):
        observer.call_finished(Call("token", "POST", "/oauth/token", 0.1, 200))
        assert name + times in pages.render((ACME,), Format.TEXT).body
        assert name + times in zlib.decompress(pages.render((ACME,), Format.TEXT, gzip=True).body, wbits=31)


def test_the_tenant_part_is_kept_while_its_snapshots_are_current(pages: Pages) -> None:
    """A duplicate is dropped once per rendering: the same snapshot is rendered once per format, a new one anew."""
    cycle, same = snapshot(reading(), reading()), snapshot(reading(), reading())
    first = dropped(pages, cycle)
    assert first > 0
    assert dropped(pages, cycle) == first
    assert dropped(pages, same) == 2 * first
    pages.render((same,), Format.TEXT)
    assert dropped(pages, same) == 3 * first
    assert dropped(pages, same, SANDBOX) == 4 * first


def test_what_was_prepared_is_not_rendered_again(pages: Pages) -> None:
    """A duplicate that was dropped when the page was prepared is not dropped once more when it is rendered."""
    cycle = snapshot(reading(), reading())
    pages.prepare((cycle,), Format.OPENMETRICS, gzip=True)
    first = dropped(pages, cycle)
    pages.render((cycle,), Format.OPENMETRICS, gzip=True)
    assert dropped(pages, cycle) == first > 0


def test_rendering_a_large_fleet_takes_a_few_times_the_room_of_its_page(pages: Pages) -> None:
    """The page, and one family at a time as samples: all families together would take six times as much."""
    cycle = snapshot(*(reading(AGGREGATED, client_id=str(number)) for number in range(1_000)))
    tracemalloc.start()
    try:
        page = pages.render((cycle,), Format.OPENMETRICS)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4 * len(page.body)


def test_a_selection_is_kept_beside_the_whole(pages: Pages) -> None:
    """Both hang on the snapshots as they were collected, not on what a selection makes of them."""
    cycle = snapshot(reading(), reading())
    first = dropped(pages, cycle)
    for _ in range(2):
        pages.prepare((cycle,), Format.TEXT, selection=Selection(client_id="5678"))
        pages.render((cycle,), Format.TEXT, selection=Selection(client_id="5678"))
        assert dropped(pages, cycle) == 2 * first
    pages.render((cycle,), Format.OPENMETRICS, selection=Selection())
    assert dropped(pages, cycle) == 2 * first


def selected(pages: Pages, selection: Selection, names: frozenset[str] | None = None) -> dict[Series, float]:
    """The series on a page of both tenants that is limited to a selection."""
    return series(parse(pages.render((ACME, SANDBOX), Format.OPENMETRICS, names=names, selection=selection)))


def test_the_pages_of_all_clusters_are_the_page_of_the_fleet(pages: Pages) -> None:
    """Each client and cluster is on one of them, once, so that no sum over such targets counts anything twice."""
    cluster_ids = {cluster_of(reading) for each in (ACME, SANDBOX) for reading in each.readings} | {"bare"}
    of_clusters = [selected(pages, Selection(cluster_id=cluster_id)) for cluster_id in cluster_ids]
    parts = [{key: v for key, v in page.items() if key[0].startswith("sailpoint_managed_")} for page in of_clusters]
    whole = {
        key: value
        for key, value in selected(pages, Selection()).items()
        if key[0].startswith(("sailpoint_managed_client_", "sailpoint_managed_cluster_"))
    }
    assert {key: value for part in parts for key, value in part.items()} == whole
    assert sum(map(len, parts)) == len(whole)


@pytest.mark.parametrize(
    "selection", [Selection("acme"), Selection(cluster_id="1533"), Selection("acme", client_id="slow")]
)
def test_a_selection_says_nothing_about_the_exporter(telemetry: Telemetry, pages: Pages, selection: Selection) -> None:
    """Only how its tenant's cycle went, as a whole: it is up although the one client asked for is not."""
    telemetry.observer("acme").call_finished(Call("token", "POST", "/oauth/token", 0.1, 200, clock_skew_seconds=1.0))
    others = {key: v for key, v in selected(pages, selection).items() if not key[0].startswith("sailpoint_managed_")}
    assert {dict(labels)["tenant"] for _, labels in others} == {"acme"}
    assert {name for name, _ in others} == {
        "sailpoint_up",
        "sailpoint_scrape_duration_seconds",
        "sailpoint_scrape_deadline_seconds",
        "sailpoint_scrape_age_seconds",
        "sailpoint_scrape_collector_success",
        "sailpoint_scrape_collector_duration_seconds",
    }
    assert others["sailpoint_up", frozenset({("tenant", "acme")})] == 1


def test_names_limit_a_selection_further(pages: Pages) -> None:
    """Both apply."""
    names = frozenset({"sailpoint_managed_client_normal", "sailpoint_up"})
    found = selected(pages, Selection("acme", client_id="5678"), names)
    assert {name for name, _ in found} == names
    assert len(found) == 2


def test_few_choices_of_names_are_kept(pages: Pages) -> None:
    """Beyond eight parts the oldest makes room: whoever invents names all the time fills no memory."""
    cycle = snapshot(reading(), reading())
    choices = [frozenset({"sailpoint_up", f"name{number}"}) for number in range(8)]
    for names in choices:
        pages.render((cycle,), Format.TEXT, names=names)
    after_each_once = dropped(pages, cycle)  # renders the ninth part, which pushes out the first
    for names in choices[1:]:
        pages.render((cycle,), Format.TEXT, names=names)
    assert dropped(pages, cycle) == after_each_once
    pages.render((cycle,), Format.TEXT, names=choices[0])
    assert dropped(pages, cycle) > after_each_once


def dropped(pages: Pages, *snapshots: Snapshot) -> float:
    """The duplicates left out so far, once these snapshots are rendered."""
    return value(pages, snapshots, DROPPED, reason="duplicate") or 0.0


def test_names_limit_a_page_to_samples_of_those_names(telemetry: Telemetry, pages: Pages) -> None:
    """As in the official client, names are those of samples: a counter with its suffix, one series of a histogram."""
    telemetry.observer("acme").call_finished(Call("token", "POST", "/oauth/token", 0.1, 200))
    names = frozenset(
        {
            "sailpoint_up",
            "process_open_fds",
            "sailpoint_exporter_api_request_duration_seconds_count",
            "sailpoint_exporter_api_throttled",
        }
    )
    for gzip in (False, True):
        found = series(parse(pages.render((ACME,), Format.TEXT, gzip=gzip, names=names)))
        assert {name for name, _ in found} == names - {"sailpoint_exporter_api_throttled"}


def test_a_page_is_never_empty(pages: Pages) -> None:
    """An empty answer is what Prometheus takes from a broken exporter without a word."""
    page = pages.render((ACME,), Format.TEXT, names=frozenset({"nobody"}))
    assert page.body.startswith(b"# ")
    assert parse(page) == []
    assert pages.render((ACME,), Format.OPENMETRICS, names=frozenset({"nobody"})).body == b"# EOF\n"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, True),
        ({"sailpoint_managed_client_normal"}, True),
        ({"sailpoint_up", "process_open_fds"}, True),
        ({"sailpoint_exporter_unexpected_payload_total"}, True),
        ({"sailpoint_managed_cluster_info"}, True),
        ({"sailpoint_exporter_api_requests_total", "process_open_fds", "python_info"}, False),
        ({"nobody"}, False),
        ((), False),
    ],
)
def test_the_tenant_is_asked_only_for_what_it_can_tell(names: Any, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """A page of the process' own series costs the tenant nothing."""
    assert needs_tenant(None if names is None else frozenset(names)) is expected


def test_ten_clients_fit_into_64_kib(pages: Pages) -> None:
    """Everything the reference's two documents can say, in the bounds documented for scrapers that set limits."""
    full = replace(DOCUMENTED, work_order=AGGREGATED.work_order)
    page = pages.render((snapshot(*(reading(full, client_id=f"client{i}") for i in range(10))),), Format.TEXT)
    assert len(page.body) <= 64 * 1024
    of_one = [name for name, labels in series(parse(page)) if ("client_id", "client0") in labels]
    assert len(of_one) <= 40


TEXT = st.text(st.characters(), max_size=4) | st.sampled_from(["x" * 200, "# EOF", '"} 1\n', "\ud800", ""])
MAYBE_TEXT = st.none() | TEXT
FLOATS = st.floats()
COUNTS = st.integers(min_value=0, max_value=2**40)
ORDERS = st.builds(
    WorkOrder,
    MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, st.none() | COUNTS, MAYBE_TEXT, MAYBE_TEXT, st.none() | st.just(()),
    st.none() | st.lists(st.builds(
        Job, st.sampled_from(JOB_STATES), TEXT, st.lists(st.builds(ManagedProcess, TEXT, TEXT), max_size=2).map(tuple)
    ), max_size=2).map(tuple),
    jobs_truncated=st.booleans(), queue=st.none(), maintenance=st.none(),
)  # fmt: skip
DOCUMENTS = st.builds(
    ManagedClientStatus, TEXT, MAYBE_TEXT, st.none(), cluster_id=MAYBE_TEXT, alert_key=MAYBE_TEXT, hostname=MAYBE_TEXT,
    os_version=MAYBE_TEXT, last_seen_epoch_seconds=st.none() | FLOATS, since_seen_millis=st.none() | FLOATS,
    work_order=st.none() | ORDERS,
)  # fmt: skip
LISTED = st.builds(
    ListedManagedClient, TEXT, TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT,
    st.none() | FLOATS, st.none() | FLOATS,
)  # fmt: skip
CLUSTERS = st.builds(
    ManagedCluster, TEXT, MAYBE_TEXT, MAYBE_TEXT, st.none() | st.sampled_from(CLUSTER_STATUSES) | TEXT,
    st.none() | st.booleans(), MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, st.none() | st.booleans(),
    st.none() | FLOATS, st.none() | COUNTS, st.lists(TEXT, max_size=2).map(tuple),
)  # fmt: skip
HEALTH = st.builds(HealthIndicators, TEXT, st.lists(st.tuples(TEXT, TEXT, COUNTS), max_size=2).map(tuple))
FIELDS = st.dictionaries(TEXT, COUNTS, max_size=2)
READINGS = st.builds(
    Reading,
    st.builds(ManagedClient, TEXT, TEXT),
    st.sampled_from(Reason) | st.just(Reason.SKIPPED) | DOCUMENTS,
    FLOATS,
    st.builds(
        Memory,
        TEXT,
        st.none() | FLOATS,
        st.dictionaries(st.sampled_from(Reason), COUNTS, max_size=2),
        FIELDS,
        details=st.none() | st.builds(Held, DOCUMENTS, FLOATS),
        health=st.none() | st.builds(Held, HEALTH, FLOATS),
    ),
    st.none() | LISTED,
)
SNAPSHOTS = st.builds(
    Snapshot,
    TEXT,
    FLOATS,
    FLOATS,
    FLOATS,
    st.lists(READINGS, max_size=4).map(tuple),
    st.lists(CLUSTERS, max_size=2).map(tuple),
    st.lists(st.builds(Run, st.sampled_from(Collector), FLOATS, st.none() | st.sampled_from(Reason)), max_size=2).map(
        tuple
    ),
    FIELDS,
    st.none() | FLOATS,
)
SELECTIONS = st.none() | st.builds(Selection, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT)


@settings(deadline=None)  # two whole pages are rendered and parsed for each example
@given(st.lists(SNAPSHOTS, max_size=2).map(tuple), SELECTIONS)
def test_a_hostile_snapshot_costs_samples_and_never_the_page(
    snapshots: tuple[Snapshot, ...], selection: Selection | None
) -> None:
    """Whatever tenants send: both parsers read both formats, no series is there twice, and both carry the same."""
    pages = Pages(Telemetry(clock=CLOCK, version="", revision=""), CLOCK)
    rendered = [parse(pages.render(snapshots, fmt, selection=selection)) for fmt in Format]
    text, openmetrics = [
        {key: value for key, value in of_tenants(metrics).items() if key[0] != DROPPED} for metrics in rendered
    ]
    assert text == openmetrics


def test_what_is_not_finite_is_absent_and_counted(pages: Pages) -> None:
    """One sample less, and a counter that says so."""
    cycle = (snapshot(Reading(ManagedClient("1", "VA"), DOCUMENTED, EPOCH_SECONDS, Memory("", float("nan")))),)
    assert value(pages, cycle, "sailpoint_managed_client_last_fetch_success_timestamp_seconds") is None
    assert value(pages, cycle, DROPPED, reason="not_finite") == 1
