"""Answers to scrapes."""

import asyncio

import pytest

from exporter.clock import Clock
from exporter.metrics import Format, Pages, Selection, Telemetry
from tests.web.fakes import FakePages, FakeTenants, application, ask, leave_after, snapshot
from tests.web.test_negotiation import PROMETHEUS_2


async def test_a_page_is_sent_as_rendered(clock: Clock) -> None:
    """The page carries its own type, its length and what it varies by."""
    pages = FakePages()
    answer = await ask(application(clock, pages=pages), headers={"accept": "*/*", "accept-encoding": "identity"})
    assert (answer.status_code, answer.text) == (200, "up 1\n")
    assert answer.headers["content-type"] == Format.TEXT.value
    assert answer.headers["content-length"] == "5"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert "content-encoding" not in answer.headers
    assert pages.asked == [((snapshot("NORMAL"),), Format.TEXT, False, None, Selection())]


async def test_format_coding_and_names_are_handed_on(clock: Clock) -> None:
    """What the scraper accepts and which families it names decide the page."""
    pages = FakePages()
    headers = {"accept": PROMETHEUS_2, "accept-encoding": "gzip"}
    answer = await ask(application(clock, pages=pages), "/metrics?name[]=sailpoint_up", headers=headers)
    assert answer.text == "up 1\n"
    assert answer.headers["content-type"] == Format.OPENMETRICS.value
    assert answer.headers["content-encoding"] == "gzip"
    assert pages.asked[0][1:] == (Format.OPENMETRICS, True, frozenset({"sailpoint_up"}), Selection())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({}, 9.5),
        ({"x-prometheus-scrape-timeout-seconds": "5"}, 4.5),
        ({"x-prometheus-scrape-timeout-seconds": "60"}, 20.0),
    ],
)
async def test_the_scraper_sets_the_deadline(clock: Clock, header: dict[str, str], seconds: float) -> None:
    """The deadline counts from the request, is what the scraper grants, and never beyond the operator's maximum."""
    tenants = FakeTenants()
    await ask(application(clock, tenants, max_duration_seconds=20.0), headers=header)
    assert tenants.deadlines[0].at_seconds - clock.monotonic_seconds() == pytest.approx(seconds)


async def test_process_metrics_alone_ask_no_tenant(clock: Clock) -> None:
    """When no named family comes from a tenant, none is asked."""
    tenants, pages = FakeTenants(), FakePages()
    answer = await ask(application(clock, tenants, pages), "/metrics?name[]=process_cpu_seconds_total")
    assert answer.status_code == 200
    assert not tenants.deadlines
    assert pages.asked[0][0] == ()


async def test_what_cannot_be_obeyed_is_refused(clock: Clock) -> None:
    """A refused query is 400 with one line, and asks no tenant."""
    tenants = FakeTenants()
    answer = await ask(application(clock, tenants), "/metrics?tenant=<script>&tenant=b")
    assert (answer.status_code, answer.text) == (400, "the parameter tenant is given more than once\n")
    assert not tenants.deadlines


async def test_a_selection_is_handed_on_when_it_is_known(clock: Clock) -> None:
    """The exact ids of the snapshots' clients select, also where the names alone would need no tenant."""
    pages = FakePages()
    query = "tenant=acme&client_id=0&name[]=process_cpu_seconds_total"
    assert (await ask(application(clock, pages=pages), f"/metrics?{query}")).status_code == 200
    assert pages.asked[0][0] == (snapshot("NORMAL"),)
    assert pages.asked[0][-1] == Selection("acme", None, "0")


@pytest.mark.parametrize("query", ["tenant=ACME", "tenant=", "client_id=00", "cluster_id=*", "tenant=acme&client_id=9"])
async def test_what_is_not_known_is_refused(clock: Clock, query: str) -> None:
    """Ids that no snapshot has, or not together, are 400 with one line that repeats none of them."""
    answer = await ask(application(clock), f"/metrics?{query}")
    assert (answer.status_code, answer.text) == (
        400,
        "no such tenant, cluster_id or client_id is known: see /sd for those that are\n",
    )


async def test_too_many_waiting_scrapes_are_turned_away(clock: Clock) -> None:
    """Those who find no place get 503 at once, and the places are free again after the answers."""
    tenants = FakeTenants()
    tenants.answers.clear()
    app = application(clock, tenants, max_waiting_scrapes=2)
    waiting = [asyncio.create_task(ask(app)) for _ in range(2)]
    await asyncio.sleep(1)
    turned_away = await ask(app)
    assert (turned_away.status_code, turned_away.text) == (
        503,
        "2 scrapes are waiting already: scrape less often\n",
    )
    assert (await ask(app, "/-/healthy")).status_code == 200
    tenants.answers.set()
    assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]
    assert (await ask(app)).status_code == 200


async def test_fifty_scrapes_at_once_are_all_answered(clock: Clock) -> None:
    """By default 50 scrapers that wait at the same time all get their page."""
    tenants = FakeTenants()
    tenants.answers.clear()
    app = application(clock, tenants)
    waiting = [asyncio.create_task(ask(app)) for _ in range(50)]
    await asyncio.sleep(1)
    tenants.answers.set()
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}


@pytest.mark.parametrize(("clients", "threads"), [(80, set()), (81, {"render_0"})])
async def test_large_pages_are_prepared_in_a_thread(clock: Clock, clients: int, threads: set[str]) -> None:
    """Beyond 2,000 estimated samples the slow part leaves the loop to others; the rest reads what only the loop may."""
    pages = FakePages()
    tenants = FakeTenants(snapshots=(snapshot(*["NORMAL"] * clients),))
    assert (await ask(application(clock, tenants, pages))).status_code == 200
    assert pages.threads == threads
    assert pages.prepared == (pages.asked if threads else [])


async def test_an_empty_page_is_never_sent(clock: Clock) -> None:
    """Prometheus would take an empty 200 for a target without series, so it is an error."""
    answer = await ask(application(clock, pages=FakePages(body=b"")), headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.text) == (500, "the page came out empty\n")


async def test_a_bug_in_rendering_is_an_internal_error(clock: Clock) -> None:
    """A renderer that raises costs one scrape, and takes no place for ever."""
    pages = FakePages(bug=RuntimeError())
    app = application(clock, pages=pages, max_waiting_scrapes=1)
    assert (await ask(app)).status_code == 500
    pages.bug = None
    assert (await ask(app)).status_code == 200


async def test_large_pages_arrive_whole(clock: Clock) -> None:
    """A page of many slices arrives as it was rendered."""
    body = b"".join(b'x{n="%d"} 1\n' % number for number in range(30_000))
    answer = await ask(application(clock, pages=FakePages(body=body)), headers={"accept-encoding": "identity"})
    assert answer.content == body


async def test_a_scraper_that_leaves_cancels_its_wait(clock: Clock) -> None:
    """When the client disconnects, what was collected for it is cancelled and its place is free."""
    tenants = FakeTenants()
    tenants.answers.clear()
    app = application(clock, tenants, max_waiting_scrapes=1)
    await leave_after(app, 2.0)
    assert tenants.cancelled == 1
    tenants.answers.set()
    assert (await ask(app)).status_code == 200


@pytest.mark.parametrize("accept", ["*/*", PROMETHEUS_2])
@pytest.mark.parametrize("accept_encoding", ["identity", "gzip"])
async def test_real_pages_arrive_in_every_format(clock: Clock, accept: str, accept_encoding: str) -> None:
    """With the real renderer the clients' states arrive, in each format and coding, small and large, GET and HEAD."""
    pages = Pages(Telemetry(clock=clock, version="1.2.3", revision=""), clock)
    headers = {"accept": accept, "accept-encoding": accept_encoding}
    for clients in (3, 200):
        tenants = FakeTenants(snapshots=(snapshot(*["NORMAL"] * clients),))
        app = application(clock, tenants, pages)
        answer = await ask(app, headers=headers)
        assert answer.text.count("sailpoint_managed_client_normal{") == clients
        assert answer.text.endswith("# EOF\n") == (accept == PROMETHEUS_2)
        assert answer.headers.get("content-encoding", "identity") == accept_encoding
        head = await ask(app, method="HEAD", headers=headers)
        assert head.headers["content-type"] == answer.headers["content-type"]


async def test_real_pages_are_filtered_and_never_empty(clock: Clock) -> None:
    """A name leaves out the other families; an unknown one gives a page that says so instead of nothing."""
    pages = Pages(Telemetry(clock=clock, version="1.2.3", revision=""), clock)
    tenants = FakeTenants()
    app = application(clock, tenants, pages)
    filtered = (await ask(app, "/metrics?name[]=sailpoint_managed_client_normal")).text
    assert [
        line for line in filtered.splitlines() if not line.startswith(("#", "sailpoint_managed_client_normal{"))
    ] == []
    assert filtered.count("sailpoint_managed_client_normal{") == 1
    own = await ask(app, "/metrics?name[]=sailpoint_exporter_build_info")
    assert 'version="1.2.3"' in own.text
    assert (await ask(app, "/metrics?name[]=nobody_knows_this")).text
    assert len(tenants.deadlines) == 1
