"""The commands ``status get`` and ``status update``: the two operations of the ManagedClients reference, for people."""

import dataclasses
import json
from contextlib import aclosing
from typing import IO, TYPE_CHECKING, Any

import click

from exporter.api.documents import MANAGED_CLIENT_TYPES
from exporter.cli import process
from exporter.cli.help import Command
from exporter.cli.options import MANAGED_CLIENT_ID, configured, settings_options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from exporter.api.tenant import TenantApi
    from exporter.clock import Deadline
    from exporter.settings.configuration import Configuration

__all__ = ["status"]

_WHY_NOT = (
    "this overwrites what the managed client itself reported, until its next heartbeat; "
    "say --as-client if you mean to speak in its place"
)

_TENANT = click.option("--tenant", metavar="NAME", help="which tenant, where several are configured")


@click.group()
def status() -> None:
    """Read or report the status of one managed client."""


@status.command("get", cls=Command)
@click.argument("client_id", metavar="ID", type=MANAGED_CLIENT_ID)
@click.option(
    "--type",
    "client_type",
    type=click.Choice(MANAGED_CLIENT_TYPES),
    help="its type [default: as in SAIL_MANAGED_CLIENTS, else VA]",
)
@_TENANT
@settings_options
def get(client_id: str, client_type: str | None, tenant: str | None, **flags: str | None) -> None:
    """Print the document of getManagedClientStatus, as the exporter understands it, as JSON."""
    configuration = _of_one_tenant(configured(flags), tenant)
    type_ = client_type or _configured_type(configuration, client_id)

    async def ask(api: "TenantApi", deadline: "Deadline") -> object:
        return await api.get_managed_client_status(client_id, type_, deadline=deadline)

    _print(process.run(_asked(configuration, ask)))


@status.command("update", cls=Command)
@click.argument("client_id", metavar="ID", type=MANAGED_CLIENT_ID)
@click.option(
    "--file", "file", required=True, type=click.File("rb"), help="JSON document with status, type and body; - for stdin"
)
@click.option("--as-client", is_flag=True, help="yes, speak in the managed client's place")
@_TENANT
@settings_options
def update(client_id: str, file: IO[bytes], tenant: str | None, *, as_client: bool, **flags: str | None) -> None:
    """Report a status in a managed client's place (updateManagedClientStatus: POST, beta).

    Prints the answer as JSON. Refuses without --as-client, since it overwrites what the real client reported. The
    exporter itself never does this.
    """
    if not as_client:
        raise click.UsageError(_WHY_NOT)
    document = _document(file)
    configuration = _of_one_tenant(configured(flags), tenant)

    async def ask(api: "TenantApi", deadline: "Deadline") -> object:
        return await api.update_managed_client_status(client_id, document, deadline=deadline)

    _print(process.run(_asked(configuration, ask)))


def _of_one_tenant(configuration: "Configuration", name: str | None) -> "Configuration":
    """The configuration with the tenant of that name alone; without a name there must be no choice."""
    chosen = tuple(tenant for tenant in configuration.tenants if name in {None, tenant.name})
    if len(chosen) != 1:
        names = ", ".join(tenant.name for tenant in configuration.tenants)
        message = f"--tenant: must be one of {names}"
        raise click.UsageError(message)
    return dataclasses.replace(configuration, tenants=chosen)


def _configured_type(configuration: "Configuration", client_id: str) -> str:
    configured_types = {client.id: client.type for client in configuration.tenants[0].managed_clients}
    return configured_types.get(client_id, "VA")


def _document(file: IO[bytes]) -> dict[str, Any]:
    try:
        document = json.load(file)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        message = "--file: must hold a JSON object"
        raise click.UsageError(message)
    return document


async def _asked(configuration: "Configuration", ask: "Callable[[TenantApi, Deadline], Awaitable[object]]") -> object:
    from exporter.bootstrap import build  # noqa: PLC0415 - imports httpx and uvicorn

    async with aclosing(build(configuration)) as application:
        deadline = application.clock.deadline(configuration.scrape.max_duration_seconds)
        return await ask(application.tenants[0].api, deadline)


def _print(document: object) -> None:
    click.echo(json.dumps(dataclasses.asdict(document), indent=2))  # type: ignore[call-overload]  # always a dataclass
