"""Two tenants in a real process, one of which swallows everything: the other is complete, and the page is in time."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.whole.harness import Page
from tests.whole.processes import clean_environment, eventually, fetched, free_port, running, simulated_tenant

SCRAPE_TIMEOUT_SECONDS = 3.0
DEADLINE_SECONDS = SCRAPE_TIMEOUT_SECONDS - 0.5
"""Half a second is kept back for rendering and sending."""

SANDBOX_CLIENTS = ("5678", "9012", "3456")


@contextlib.contextmanager
def accepts_and_never_answers() -> Iterator[int]:
    """Connections are established by the kernel, and nobody ever reads from them."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def never_accepts() -> Iterator[int]:
    """The backlog is full, so that the kernel drops whatever asks for a connection: a firewall's silence."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def production() -> Iterator[dict[str, str]]:
    """A simulated tenant in a process of its own."""
    with simulated_tenant("--clients=6", "--rate-limit=0") as variables:
        yield variables


def configuration_file(folder: Path, production: dict[str, str], sandbox_port: int) -> Path:
    """A file with both tenants; one finds its clients, those of the other are known."""
    for name in ("client_id", "client_secret"):
        (folder / name).write_text(production[f"SAIL_{name.upper()}"])
        (folder / name).chmod(0o400)
    credential = "client_id_file: client_id, client_secret_file: client_secret"
    clients = ", ".join(f'"{client_id}"' for client_id in SANDBOX_CLIENTS)
    (folder / "config.yml").write_text(f"""
tenants:
  - {{name: production, base_url: "{production["SAIL_BASE_URL"]}", {credential}}}
  - {{name: sandbox, base_url: "http://127.0.0.1:{sandbox_port}", {credential}, managed_clients: [{clients}]}}
scrape: {{min_interval: 100ms}}
""")
    return folder / "config.yml"


def scraped(port: int) -> tuple[Page, float]:
    """The page as Prometheus gets it, and after how many seconds."""
    started_seconds = time.monotonic()
    timeout = str(SCRAPE_TIMEOUT_SECONDS)
    answer = fetched(f"http://127.0.0.1:{port}/metrics", X_Prometheus_Scrape_Timeout_Seconds=timeout)
    assert answer is not None
    assert answer[0] == 200, answer[1]
    return Page(answer[1]), time.monotonic() - started_seconds


@pytest.mark.parametrize(
    ("black_hole", "reasons"),
    [(never_accepts, {"connect_timeout", "deadline"}), (accepts_and_never_answers, {"deadline"})],
    ids=["never accepts", "never answers"],
)
def test_a_black_hole_costs_the_other_tenant_nothing(
    production: dict[str, str],
    tmp_path: Path,
    black_hole: Callable[[], AbstractContextManager[int]],
    reasons: set[str],
) -> None:
    """Scrape after scrape: production is whole, the sandbox is away, and nobody calls its clients down."""
    port = free_port()
    with black_hole() as sandbox_port:
        file = configuration_file(tmp_path, production, sandbox_port)
        flags = [f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}"]
        with running(flags, clean_environment()) as exporter:
            eventually(lambda: fetched(f"http://127.0.0.1:{port}/-/healthy"), "the exporter")
            took_seconds = []
            for _ in range(3):
                page, seconds = scraped(port)
                took_seconds.append(seconds)
                assert page.values("sailpoint_up", tenant="production") == [1]
                assert page.values("sailpoint_managed_client_fetch_success", tenant="production") == [1] * 6
                assert len(page.values("sailpoint_managed_client_status", tenant="production")) >= 6
                assert page.values("sailpoint_up", tenant="sandbox") == [0]
                assert page.values("sailpoint_managed_client_fetch_success", tenant="sandbox") == [0] * 3
                assert page.values("sailpoint_managed_client_status", tenant="sandbox") == []
                assert page.reasons().keys() == set(SANDBOX_CLIENTS)
                assert set().union(*page.reasons().values()) <= reasons
        # Other processes of the machine can only add to it, so the quickest is held to the promise.
        assert min(took_seconds) <= DEADLINE_SECONDS + 0.3
        assert max(took_seconds) <= DEADLINE_SECONDS + 1.5
        assert exporter.process.returncode == 0
