"""The fleet page in a real Chromium."""

import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.processes import free_port, page, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or ""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install -y chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]
CLIENTS = 48
SUFFICIENT_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA)."""

CONTRASTS = """() => {
  const channels = (color) => color.match(/[0-9.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? background(element.parentElement) : color;
  };
  const written = [...document.querySelectorAll('body *')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  return written.map((element) => {
    const [dark, light] = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });
}"""
"""The contrast of every text on the page, by WCAG's definition."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A demo with enough clients to be folded, running."""
    port = free_port()
    with running(["demo", f"--clients={CLIENTS}", f"--web.listen-address=127.0.0.1:{port}"]):
        page(port)
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A Chromium without a window."""
    with (
        playwright.sync_playwright() as started,
        started.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as found,
    ):
        yield found


def opened(browser: "Browser", address: str, scheme: str = "light", width: int = 1280) -> "Page":
    """The page as somebody with that taste and that screen sees it; complaints of the browser fail the test."""
    shown: Page = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 844}).new_page()  # type: ignore[arg-type] # one of its two literals

    def complain(message: Any) -> None:
        assert "favicon" in message.location["url"], message.text

    shown.on("console", complain)
    shown.goto(address)
    return shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_readable_everywhere(browser: "Browser", address: str, scheme: str, width: int) -> None:
    """Light and dark, on a phone and on a desk: nothing to scroll sideways for, and every text stands out."""
    shown = opened(browser, address, scheme, width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    shown.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    contrasts = shown.evaluate(CONTRASTS)
    assert len(contrasts) > CLIENTS
    assert min(contrasts) >= SUFFICIENT_CONTRAST


def test_light_and_dark_differ(browser: "Browser", address: str) -> None:
    """The page follows the reader's preference."""
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = (opened(browser, address, scheme).evaluate(background) for scheme in ("light", "dark"))
    assert light != dark


def test_trouble_is_on_the_first_screen(browser: "Browser", address: str) -> None:
    """The verdict and the worst client are seen without scrolling, on a phone as well."""
    shown = opened(browser, address, width=390)
    for first in (".verdict", ".findings", "td .tag"):
        box = shown.locator(first).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 844


def test_clients_without_trouble_unfold(browser: "Browser", address: str) -> None:
    """They are hidden at first, and one click shows those of a cluster, without any script."""
    shown = opened(browser, address)
    fold = shown.locator("details").first
    assert not fold.locator("td").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("td").first.is_visible()
    assert shown.locator("script").count() == 0


def test_only_the_exporter_is_asked(browser: "Browser", address: str) -> None:
    """Nothing is loaded from anywhere else, and nothing but the page itself."""
    shown = browser.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(address)
    assert [url for url in asked if "favicon" not in url] == [address]


def test_links_lead_to_metrics_of_exactly_one_cluster(browser: "Browser", address: str) -> None:
    """What a cluster's link opens has this cluster and no other."""
    shown = opened(browser, address)
    identifier = shown.locator(".cluster .id").first.inner_text()
    shown.locator(".cluster a").first.click()
    text = shown.locator("body").inner_text()
    assert set(re.findall(r'_fetch_success\{.*cluster_id="([^"]*)"', text)) == {identifier}
