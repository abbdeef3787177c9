"""The page at ``/``."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from exporter.clock import Clock
from exporter.errors import Reason
from exporter.web.landing import About, TenantFacts, landing_page
from tests.web.fakes import FakeTenants, application, ask, snapshot


class Elements(HTMLParser):
    """Which elements a page has, the texts in them, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        """Notes a text."""
        self.texts.append(data)


def test_names_cannot_become_markup() -> None:
    """A tenant or version that looks like markup is shown as text."""
    evil = '"><script>alert(1)</script>{style}'
    page = Elements(landing_page(About(evil, (TenantFacts(evil, 1),)), 0.0))
    assert "script" not in page.tags
    assert evil in page.texts


def test_tenants_are_told_with_their_latest_readings() -> None:
    """A tenant shows how many clients were NORMAL, otherwise and not read, and how long ago; before that, nothing."""
    latest = snapshot("NORMAL", "NORMAL", "WARNING", Reason.DNS, finished_seconds=100.0)
    about = About("1", (TenantFacts("acme", 4, latest), TenantFacts("beta", 1)))
    texts = Elements(landing_page(about, 112.4)).texts
    assert "4 managed clients: 2 NORMAL, 1 not NORMAL, 1 not read, 12 s ago" in texts
    assert "1 managed client: not scraped yet" in texts


async def test_the_page_asks_nobody_and_loads_nothing(clock: Clock) -> None:
    """No tenant is asked, links stay here, and the policy allows the page's own style alone."""
    tenants = FakeTenants()
    answer = await ask(application(clock, tenants, describe=lambda: About("1", (TenantFacts("acme", 2),))), "/")
    page = Elements(answer.text)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert not tenants.deadlines
    assert set(page.links) == {"/metrics", "/-/healthy", "/-/ready"}
    style = next(text for text in page.texts if "color-scheme" in text)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
