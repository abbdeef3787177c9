"""The only place that sets up what a row needs: a tenant, the program under its conditions, a scratch directory."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.certificates import client_context, server_context, write_authority
from tests.faults.fault import ComplaintError, Conditions
from tests.faults.good import CLIENT_SECRET
from tests.faults.place import Place, own_namespace
from tests.faults.resolver import Resolver, resolver
from tests.faults.scraper import Answer, Format, ask, scraping
from tests.faults.secured import BASIC, write_web_configuration
from tests.faults.subject import Program, Subject, started
from tests.faults.tenant import Tenant

__all__ = ["Arena", "environment", "prepared"]

_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
SABOTAGE = Path(__file__).with_name("sabotage")


@dataclass(slots=True)
class Arena:
    """Where one row happens, or several under the same conditions."""

    program: Program
    conditions: Conditions
    folder: Path
    place: Place
    tenant: Tenant
    subject: Subject
    resolver: Resolver | None = None

    async def scrape(self, fmt: Format, grants_seconds: float, *headers: str) -> Answer:
        """Scrape the program under test."""
        password = ("Authorization: " + BASIC,) if self.conditions.users else ()
        return replace(await self.ask(scraping(fmt, grants_seconds, *headers, *password)), format=fmt)

    async def ask(self, request: bytes) -> Answer:
        """Ask the program under test anything."""
        context = client_context() if self.conditions.secured else None
        return await ask(self.place, self.subject.port, request, context)

    async def relisten(self, kind: str = "good") -> None:
        """Let the tenant listen again, with a certificate of that kind if it speaks TLS and such a kind exists."""
        context = server_context(kind) if self.conditions.tls and kind not in ("plain", "silence") else None
        await self.tenant.open(self.place.listening, context)

    async def execute(self, *command: str) -> None:
        """Run a command where the program is."""
        process = await asyncio.create_subprocess_exec(*self.place.entered, *command)
        if await process.wait():
            raise ComplaintError(" ".join(command))


@asynccontextmanager
async def prepared(program: Program, conditions: Conditions) -> AsyncIterator[Arena]:
    """Everything, running; the program may have ended at once."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fault-")))
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - other users must read it
        place = await stack.enter_async_context(own_namespace()) if conditions.namespace else Place()
        names = await stack.enter_async_context(resolver(folder)) if conditions.resolver else None
        tenant = Tenant(conditions.token_life_seconds)
        await tenant.open(place.listening, server_context() if conditions.tls else None)
        stack.push_async_callback(tenant.shut)
        for name, content in conditions.files:
            (folder / name).write_bytes(content)
        port = place.free_port()
        command = [part.format(folder=folder) for part in conditions.wrapped] + list(program.command)
        variables = environment(conditions, folder, tenant.port, port)
        subject = await stack.enter_async_context(started(command, variables, folder / "output.txt", place, port))
        await subject.listens()
        yield Arena(program, conditions, folder, place, tenant, subject, names)


def environment(conditions: Conditions, folder: Path, tenant_port: int, port: int) -> dict[str, str]:
    """The variables of a plain installation, and those of the exporter's settings."""
    write_authority(folder / "ca.pem")
    variables = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
        "PYTHONPATH": str(SABOTAGE),
        "SAIL_BASE_URL": f"{'https' if conditions.tls else 'http'}://{conditions.host}:{tenant_port}",
        "SAIL_CLIENT_ID": "client-of-the-tests",
        "SAIL_CLIENT_SECRET": CLIENT_SECRET,
        "SAIL_MANAGED_CLIENTS": "5001:VA,5002:VA,5003:VA",
        "SAIL_RATE_BUDGET": "100",
        "SAIL_SCRAPE__MIN_INTERVAL": "100ms",
        "SAIL_WEB__LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "SAIL_LOG__LEVEL": "debug",
    }
    if conditions.secured or conditions.users:
        write_web_configuration(folder, tls=conditions.secured, users=conditions.users)
        variables["SAIL_WEB__CONFIG_FILE"] = str(folder / "web.yml")
    if conditions.tls:
        variables["SAIL_CA_FILE"] = str(folder / "ca.pem")
    for setting in conditions.settings:
        name, given, value = setting.partition("=")
        variables.pop(name, None)
        if given:
            variables[name] = value.format(folder=folder, tenant_port=tenant_port, port=port)
    return variables
