"""Exporter and simulated tenant as two processes, as an operator runs them."""

import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exporter.api.paths import GENERATIONS
from tests.whole.harness import Page
from tests.whole.processes import (
    EXPORTER,
    ROOT,
    as_installed,
    clean_environment,
    eventually,
    fetched,
    free_port,
    page,
    running,
    simulated_tenant,
)

MOVING = "_seconds"
"""The end of the names of series whose values differ from one scrape to the next."""


@pytest.fixture(scope="module")
def tenant() -> Iterator[dict[str, str]]:
    """A simulated tenant in a process of its own."""
    with simulated_tenant("--speed=0.001") as variables:  # nobody changes between two scrapes
        yield variables


def _readings(generation: str, tenant: dict[str, str]) -> dict[object, float | None]:
    """What one scrape of the generation says about the tenant, without the values that time moves."""
    environment = clean_environment(**tenant, SAIL_API_GENERATION=generation)
    done = subprocess.run([*EXPORTER, "scrape"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    samples = Page(done.stdout).samples.items()
    return {
        key: None if key[0].endswith(MOVING) else value
        for key, value in samples
        if key[0].startswith("sailpoint_managed_client_")
    }


def test_all_generations_give_the_same_readings(tenant: dict[str, str]) -> None:
    """Four variables against another process, in each generation: the same series, and the same states."""
    first, *others = [_readings(generation, tenant) for generation in GENERATIONS]
    assert len(first) > 12 * 10
    assert all(other == first for other in others)


def test_a_tenant_that_goes_away_is_missed_and_found_again(tenant: dict[str, str]) -> None:
    """While nobody listens the reason is connect and no status is shown; the next scrape after its return is right."""
    port, tenant_port = free_port(), free_port()
    there = ("simulate", f"--listen=127.0.0.1:{tenant_port}")
    variables = tenant | {"SAIL_BASE_URL": f"http://127.0.0.1:{tenant_port}", "SAIL_SCRAPE__MIN_INTERVAL": "100ms"}
    with running([f"--web.listen-address=127.0.0.1:{port}"], clean_environment(**variables)) as exporter:
        assert set(_failures(port)) == {"connect"}
        with running(there):
            eventually(lambda: fetched(f"http://127.0.0.1:{tenant_port}/oauth/info"), "the tenant")
            time.sleep(1.1)  # token requests that found nobody are repeated after a second
            assert Page(page(port)).values("sailpoint_managed_client_fetch_success") == [1] * 16
        assert Page(page(port)).values("sailpoint_managed_client_status") == []
        assert exporter.process.poll() is None
        assert exporter.output.count("managed clients cannot be read") == 2
        assert exporter.output.count("managed clients can be read again") == 1


def _failures(port: int) -> list[str]:
    return [reason for reasons in Page(page(port)).reasons().values() for reason in reasons]


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_mid_scrape_lets_the_scrape_complete(signal_number: signal.Signals) -> None:
    """The page arrives whole, nobody new is served, and the exit status is 0."""
    port = free_port()
    with simulated_tenant("--latency-millis=1000") as variables:
        environment = clean_environment(**variables)
        with running([f"--web.listen-address=127.0.0.1:{port}"], environment) as exporter, ThreadPoolExecutor() as pool:
            eventually(lambda: fetched(f"http://127.0.0.1:{port}/-/healthy"), "the exporter")
            scrape = pool.submit(page, port)
            time.sleep(0.7)
            assert exporter.end(signal_number) == 0
            assert 'sailpoint_up{tenant="127.0.0.1"} 1.0' in scrape.result()
            assert fetched(f"http://127.0.0.1:{port}/-/healthy") is None


def test_memory_at_rest_is_bounded(tenant: dict[str, str], tmp_path: Path) -> None:
    """Less than 60 MiB are resident after a scrape."""
    port = free_port()
    environment = as_installed(tmp_path, **tenant)
    with running([f"--web.listen-address=127.0.0.1:{port}"], environment) as exporter:
        page(port)
        status = (Path("/proc") / str(exporter.process.pid) / "status").read_text()
    resident_kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident_kib < 60 * 1024
