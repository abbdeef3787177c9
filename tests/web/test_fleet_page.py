"""The page at ``/``."""

from base64 import b64encode
from hashlib import sha256

from exporter.api.inventory import ManagedCluster
from exporter.clock import Clock
from exporter.collect.snapshot import Snapshot
from exporter.errors import Reason
from exporter.web.fleet_page import fleet_page
from exporter.web.fleet_view import Now, fleet_view
from exporter.web.landing import About, TenantFacts
from tests.web.fakes import FakeTenants, application, ask
from tests.web.fleets import EPOCH_SECONDS, document, fleet, reading
from tests.web.test_markup import Elements

EVIL = '"><script>alert(1)</script>{style}&amp;'


async def page_of(clock: Clock, *latest: Snapshot | None, version: str = "1") -> Elements:
    """The page about tenants with these latest snapshots."""
    about = About(
        version, tuple(TenantFacts(snapshot.tenant if snapshot else "acme", 4, snapshot) for snapshot in latest)
    )
    return Elements((await ask(application(clock, describe=lambda: about), "/")).text)


async def test_the_page_asks_nobody_and_loads_nothing(clock: Clock) -> None:
    """No tenant is asked, links stay here, and the policy allows the page's own style alone."""
    tenants = FakeTenants()
    answer = await ask(application(clock, tenants, describe=lambda: About("1", (TenantFacts("acme", 2),))), "/")
    page = Elements(answer.text)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert not tenants.deadlines
    assert page.links == ["/metrics", "/sd", "/-/healthy", "/-/ready", "/metrics?tenant=acme"]
    style = next(text for text in page.texts if "color-scheme" in text)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy


async def test_everything_that_is_known_is_on_the_page(clock: Clock) -> None:
    """Cluster and client with their names and ids, status in words, age, version, jobs, failures and last success."""
    client = reading(
        "5678",
        document("WARNING", hostname="va-1", va_version="va-610", jobs="INPROGRESS", age_seconds=400),
        failures={Reason.RESET: 2},
    )
    cluster = ManagedCluster("1533", name="Berlin", status="NORMAL", service_count=5)
    page = await page_of(clock, fleet(client, clusters=(cluster,)))
    shown = ["acme", "1 of 1 client needs a look", "Berlin", "1533", "NORMAL", "5 sources", "va-1", "5678", "WARNING"]
    assert {*shown, "6 min, silent", "va-610", "1 running", "2 reset"} <= set(page.texts)
    assert any(text.endswith(" ago") for text in page.texts)
    assert "/metrics?tenant=acme&cluster_id=1533" in page.links
    assert "details" not in page.tags


async def test_names_cannot_become_markup(clock: Clock) -> None:
    """Whatever a tenant, a cluster, a client or a version is called, it is shown as text."""
    client = reading("1", document("WARNING", hostname=EVIL, va_version=EVIL))
    page = await page_of(clock, fleet(client, clusters=(ManagedCluster("1533", name=EVIL),), tenant=EVIL), version=EVIL)
    assert "script" not in page.tags
    assert page.texts.count(EVIL) == 4


async def test_clients_of_no_known_cluster_have_a_place(clock: Clock) -> None:
    """What was never read is shown, without a link that would lead nowhere."""
    page = await page_of(clock, fleet(reading("1", Reason.DNS, cluster_id="")))
    assert {"Cluster not known", "not read: dns", "never"} <= set(page.texts)
    assert "/metrics?tenant=acme&cluster_id=" not in page.links


def test_a_big_fleet_is_folded() -> None:
    """Of 500 clients those in trouble are on top, the others in a fold for each cluster."""
    readings = [reading(str(n), document("ERROR") if n % 50 == 0 else None, cluster_id=str(n % 20)) for n in range(500)]
    readings.append(reading("lonely", document("ERROR"), cluster_id="lonely"))
    about = About("1", (TenantFacts("acme", 501, fleet(*readings)),))
    page = Elements(fleet_page(fleet_view(about, Now(112.0, EPOCH_SECONDS)), ()))
    assert "11 of 501 clients need a look" in page.texts
    assert page.tags.count("details") == 20
    assert page.tags.count("tr") - page.tags.count("thead") == 501
    assert "25 NORMAL" in page.texts
