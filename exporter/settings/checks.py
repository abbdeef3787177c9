"""The only place for what holds beyond the value of each setting: what files have, and what several must agree on."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from exporter.api.credentials import FileCredentials, is_visible_ascii
from exporter.errors import SettingsError
from exporter.settings import files
from exporter.settings.configuration import TenantSettings
from exporter.settings.sources import Sources
from exporter.settings.table import (
    CA_FILE,
    CLIENT_ID,
    CLIENT_SECRET,
    DISCOVERY_ENABLED,
    MANAGED_CLIENTS,
    TENANT_NAME,
    WEB_CONFIG_FILE,
)

__all__ = ["disagreements", "unusable_files"]


def unusable_files(sources: Sources) -> Iterator[str]:
    """One line for each credential and each file that would be found to be unusable later."""
    for tenant in sources.tenants:
        yield from _credential(sources, tenant)
        given = sources.given(CA_FILE, tenant)
        if given and not files.is_trust_store(Path(given.value)):
            yield f"{given.origin}: must name a file with certificates in PEM"
    given = sources.given(WEB_CONFIG_FILE)
    if given and not files.is_readable(Path(given.value)):
        yield f"{given.origin}: must name a file that can be read"


def _credential(sources: Sources, tenant: int) -> Iterator[str]:
    pair = [given for setting in (CLIENT_ID, CLIENT_SECRET) if (given := sources.given(setting, tenant))]
    for given in pair:
        if isinstance(given.value, str) and not is_visible_ascii(given.value):
            yield f"{given.origin}: holds a space, a control character or something else that is not visible ASCII"
    paths = [given.value for given in pair if isinstance(given.value, Path)]
    if paths:
        yield from _credential_files(paths[0], paths[-1])


def _credential_files(first: Path, last: Path) -> tuple[str, ...]:
    try:
        FileCredentials(first, last).read()
    except SettingsError as error:
        return tuple(dict.fromkeys(error.problems))
    return ()


def disagreements(tenants: tuple[TenantSettings, ...], sources: Sources) -> Iterator[str]:
    """One line for each tenant with nothing to watch, and for each pair with the same name."""
    for index, tenant in enumerate(tenants):
        if not tenant.managed_clients and not tenant.discovers:
            switch, clients = (sources.name(setting, index) for setting in (DISCOVERY_ENABLED, MANAGED_CLIENTS))
            yield f"{switch}: is false, so {clients} must name the managed clients to watch"
    for (first, one), (second, other) in combinations(enumerate(tenants), 2):
        if one.name == other.name:
            yield f"{sources.name(TENANT_NAME, second)}: must differ from {sources.name(TENANT_NAME, first)}"
