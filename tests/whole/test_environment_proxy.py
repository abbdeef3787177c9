"""A real process among proxy variables: it obeys them when asked to, heeds NO_PROXY, and never shows their password."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.api.proxies import FakeProxy
from tests.canaries import leaks
from tests.doctor.patients import SECRET, patient
from tests.whole.harness import Page
from tests.whole.processes import EXPORTER, ROOT, clean_environment

PASSWORD = "canary-p4ssw0rd"


@pytest.fixture
def anyio_backend() -> str:
    """Real sockets."""
    return "asyncio"


@dataclass(frozen=True)
class Surroundings:
    """A tenant that serves HTTPS, a proxy that knows the way to it, and the variables that tell of both."""

    proxy: FakeProxy
    environ: dict[str, str]

    async def scraped(self, **variables: str) -> tuple[Page, str]:
        """The page that a process of its own collects, and everything it says meanwhile at its most talkative."""
        process = await asyncio.create_subprocess_exec(
            *EXPORTER,
            *("scrape", "--debug", "--log.level=debug"),
            cwd=ROOT,
            env=clean_environment(**self.environ, **variables),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        page, said = (output.decode() for output in await process.communicate())
        assert leaks(page + said, [PASSWORD, SECRET]) == []
        return Page(page), said


@pytest.fixture
async def surroundings(tmp_path: Path) -> AsyncIterator[Surroundings]:
    """The proxy wants a user and password; whoever goes direct needs neither."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    async with (
        patient(clients=2) as tenant,
        FakeProxy(tenant.port).listening(context) as front,
        FakeProxy(front.port, wants=f"user:{PASSWORD}").listening() as proxy,
    ):
        environ = {
            "SAIL_BASE_URL": f"https://localhost:{front.port}",
            "SAIL_CLIENT_ID": "canary-id",
            "SAIL_CLIENT_SECRET": SECRET,
            "SAIL_CA_FILE": str(tmp_path / "ca.pem"),
            "HTTPS_PROXY": f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}",
        }
        yield Surroundings(proxy, environ)


@pytest.mark.parametrize(
    ("variables", "proxied"),
    [
        ({}, False),
        ({"SAIL_PROXY_FROM_ENVIRONMENT": "true"}, True),
        ({"SAIL_PROXY_FROM_ENVIRONMENT": "true", "NO_PROXY": "example.com,localhost"}, False),
        ({"SAIL_PROXY_FROM_ENVIRONMENT": "true", "https_proxy": ""}, False),
    ],
)
async def test_the_environment_s_proxy_is_used_when_asked_for(
    surroundings: Surroundings,
    variables: dict[str, str],
    proxied: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Every client is read either way; the proxy saw tunnels only where it was asked for and not excepted."""
    page, _ = await surroundings.scraped(**variables)
    assert page.values("sailpoint_managed_client_fetch_success") == [1, 1]
    assert bool(surroundings.proxy.seen) is proxied


async def test_an_environment_s_proxy_at_fault_is_named_without_its_password(surroundings: Surroundings) -> None:
    """The tenant is not to blame, and the log says who is."""
    surroundings.proxy.wants = "user:canary-an0ther"
    page, said = await surroundings.scraped(SAIL_PROXY_FROM_ENVIRONMENT="true")
    assert page.values("sailpoint_up") == [0]
    assert f"proxy http://127.0.0.1:{surroundings.proxy.port}: HTTP 407" in said
