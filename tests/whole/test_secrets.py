"""What gets out of the exporter when a tenant, a proxy and a scraper are hostile: never a secret, however written."""

import asyncio
import base64
import json
import re
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bcrypt
import pytest
import trustme

from exporter.api.tenant import TenantApi
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError
from tests.api.proxies import FakeProxy
from tests.canaries import PLANTED, clean
from tests.doctor.patients import Patient, patient
from tests.whole.harness import CREDENTIAL, start
from tests.whole.hostile import ANSWERS, OPERATIONS, make_hostile
from tests.whole.processes import Program, clean_environment, eventually, fetched, free_port, running

Ask = Callable[..., Awaitable[object]]

ASKS: dict[str, Callable[[TenantApi], Ask]] = {
    "authenticate": lambda api: api.authenticate,
    "status": lambda api: partial(api.get_managed_client_status, "1", "VA"),
    "health": lambda api: partial(api.get_managed_client_health_indicators, "1"),
    "clients": lambda api: api.list_managed_clients,
    "clusters": lambda api: api.list_managed_clusters,
    "oauth info": lambda api: api.get_oauth_info,
}
"""Everything that is read of a tenant."""

USER = base64.b64encode(f"scraper:{PLANTED['basic-auth password']}".encode()).decode()
INTRUDER = base64.b64encode(b"scraper:canary-guess").decode()
PATHS = (
    *("/", "/metrics", "/metrics?name[]=up&tenant=canary", "/sd", "/config", "/-/healthy", "/-/reload", "/nowhere"),
    *("/metrics?canary=1&name[]=canary", "/%6detrics", f"/{'canary' * 1000}"),
)


async def _told(ask: Ask, deadline: Deadline) -> str:
    """All that an exception says, and whoever prints it; nothing when there was none."""
    try:
        await ask(deadline=deadline)
    except ApiError as error:
        return f"{error} {error!r} {error.args} {''.join(traceback.format_exception(error))}"
    return ""


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("token_too", [False, True], ids=["the API", "everything"])
async def test_no_exception_and_no_page_tells_what_a_tenant_said(clock: Clock, answer: str, *, token_too: bool) -> None:
    """Whatever it answers, errors tell reason, status and number, and pages the fields that are listed."""
    whole = start(clock, credentials=(CREDENTIAL,))
    make_hostile(whole.tenant, ANSWERS[answer], operations=OPERATIONS if token_too else OPERATIONS[1:])
    api = whole.application.tenants[0].api
    told = {name: await _told(ask(api), clock.deadline(5.0)) for name, ask in ASKS.items()}
    assert any(told.values())
    clean(json.dumps(told, ensure_ascii=False))
    await whole.scrape()
    for path in ("/", "/sd", "/config"):
        clean((await whole.scraper.get(path)).text)


@dataclass(frozen=True)
class Siege:
    """An exporter whose every partner holds a secret: tenant, proxy and scraper."""

    tenant: Patient
    proxy: FakeProxy
    environ: dict[str, str]
    flags: tuple[str, ...]
    port: int

    async def asked(self, authorization: str) -> list[int]:
        """The statuses of all pages, none of which ``fetched`` lets pass with a canary in it."""
        answers = [
            await asyncio.to_thread(fetched, f"http://127.0.0.1:{self.port}{path}", Authorization=authorization)
            for path in PATHS
        ]
        return [answer[0] for answer in answers if answer]

    async def page(self, holding: str) -> None:
        """Waits for a page, as the one who may see it, that has what the pattern says."""
        ask = partial(fetched, f"http://127.0.0.1:{self.port}/metrics", Authorization=f"Basic {USER}")

        def held() -> bool | None:
            answer = ask()
            return True if answer and re.search(holding, answer[1]) else None

        await asyncio.to_thread(eventually, held, holding)

    async def endure(self) -> None:
        """What may go wrong, one after the other."""
        self.proxy.wants, wanted = "user:canary-an0ther", self.proxy.wants
        await self.page('sailpoint_up{tenant="acme"} 0')
        self.proxy.wants = wanted
        await self.page('sailpoint_up{tenant="acme"} 1')
        assert set(await self.asked(f"Basic {USER}")) >= {200, 404}
        assert set(await self.asked(f"Basic {INTRUDER}")) >= {200, 401}
        for answer, reason in (("403", "forbidden"), ("500", "http_5xx"), ("a page", "content_type")):
            make_hostile(self.tenant.tenant, ANSWERS[answer], operations=OPERATIONS[2:])
            await self.page(f'reason="{reason}",.*}} [1-9]')
        make_hostile(self.tenant.tenant, ANSWERS["401"])
        await self.page('reason="token_rejected",.*} [1-9]')


def _written(directory: Path) -> str:
    """The web configuration with the scraper's password."""
    password = bcrypt.hashpw(PLANTED["basic-auth password"].encode(), bcrypt.gensalt(4)).decode()
    file = directory / "web.yml"
    file.write_text(json.dumps({"basic_auth_users": {"scraper": password}}))
    return f"--web.config.file={file}"


@pytest.fixture
async def siege(tmp_path: Path, proxied_by: str) -> AsyncIterator[Siege]:
    """The tenant serves HTTPS behind a proxy that wants a password, told by a setting or by the environment."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("localhost").configure_cert(context)
    word = PLANTED["proxy password"]
    async with AsyncExitStack() as stack:
        tenant = await stack.enter_async_context(patient(clients=2))
        front = await stack.enter_async_context(FakeProxy(tenant.port).listening(context))
        proxy = await stack.enter_async_context(FakeProxy(front.port, wants=f"user:{word}").listening())
        environ = {
            "SAIL_BASE_URL": f"https://localhost:{front.port}",
            "SAIL_TENANT_NAME": "acme",
            "SAIL_CLIENT_ID": "canary-id",
            "SAIL_CLIENT_SECRET": PLANTED["client secret"],
            "SAIL_CA_FILE": str(tmp_path / "ca.pem"),
            "SAIL_PROXY_FROM_ENVIRONMENT": str(proxied_by == "HTTPS_PROXY").lower(),
            "SAIL_SCRAPE__MIN_INTERVAL": "100ms",
            proxied_by: f"http://user:{quote(word, safe='')}@127.0.0.1:{proxy.port}",
        }
        port = free_port()
        flags = (f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle=true", _written(tmp_path))
        yield Siege(tenant, proxy, environ, flags, port)


def _arguments(program: Program) -> str:
    return (Path("/proc") / str(program.process.pid) / "cmdline").read_text()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("level", "form", "proxied_by"),
    [("debug", "logfmt", "SAIL_PROXY_URL"), ("debug", "json", "HTTPS_PROXY"), ("warn", "logfmt", "HTTPS_PROXY")],
)
async def test_no_secret_leaves_the_process(siege: Siege, level: str, form: str) -> None:
    """Not in pages, log lines, core dumps or arguments, whoever is hostile, at any level and in either form."""
    flags = [*siege.flags, f"--log.level={level}", f"--log.format={form}"]
    with running(flags, clean_environment(**siege.environ)) as served:
        await siege.endure()
        clean(_arguments(served))
        output = served.output
    assert "HTTP 407" in output
    assert "token_rejected" in output
    clean(output)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("proxied_by", ["HTTPS_PROXY"])
@pytest.mark.parametrize("command", [["scrape", "--debug"], ["check"]])
async def test_no_secret_leaves_a_command(siege: Siege, command: list[str], **_: Any) -> None:
    """The commands that explain most explain no secret."""
    make_hostile(siege.tenant.tenant, ANSWERS["403"], operations=OPERATIONS[2:])
    with running([*command, "--log.level=debug"], clean_environment(**siege.environ)) as run:
        await asyncio.to_thread(run.process.wait, 30)
        assert run.output
