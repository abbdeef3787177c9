"""The only place for showing the settings that hold, each with where it came from, and none with a secret."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from exporter.settings import loading, sources
from exporter.settings.configuration import TenantSettings
from exporter.settings.given import Given
from exporter.settings.setting import Setting, spelled
from exporter.settings.sources import Sources
from exporter.settings.table import DISCOVERY_ENABLED, SETTINGS, TENANT_NAME

__all__ = ["MASK", "Effective", "as_text", "effective"]

MASK = "<secret>"

_DEFAULT = "default"


class Effective(NamedTuple):
    """A setting as it holds.

    Attributes:
        name: the variable, or the place in the file that lists the tenants.
        value: as it would be written; MASK for whatever may be given in a secret's file.
        origin: the flag, variable, file or place in it; ``default`` when none of these gave it.
    """

    name: str
    value: str
    origin: str


def effective(flags: Mapping[str, str], environ: Mapping[str, str]) -> tuple[Effective, ...]:
    """Every setting, in the order of the table, a tenant's for each of them.

    Args:
        flags: texts by the name of the variable whose flag was used.
        environ: the process' environment.

    Raises:
        SettingsError: the settings cannot be used; what is wrong might be a secret in the wrong place.
    """
    tenants = loading.load(flags, environ).tenants
    given = sources.read(flags, environ)
    return (
        *(line for index, tenant in enumerate(tenants) for line in _of_tenant(given, index, tenant)),
        *(_effective(setting, given) for setting in SETTINGS if setting.key and not setting.of_tenant),
        *(_pointer(setting, flags, environ) for setting in SETTINGS if not setting.key),
    )


def as_text(settings: Iterable[Effective]) -> str:
    """One line for each setting: name, value, origin, in columns."""
    rows = tuple(settings)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return "".join(f"{row.name:<{widths[0]}}  {row.value:<{widths[1]}}  {row.origin}\n" for row in rows)


def _of_tenant(given: Sources, index: int, tenant: TenantSettings) -> Iterator[Effective]:
    computed = {TENANT_NAME: tenant.name, DISCOVERY_ENABLED: str(tenant.discovers).lower()}
    for setting in SETTINGS:
        if setting.of_tenant:
            yield _effective(setting, given, index, computed.get(setting, setting.default))


def _effective(setting: Setting, given: Sources, tenant: int = 0, default: str = "") -> Effective:
    found = given.given(setting, tenant) or Given(default or setting.default, _DEFAULT)
    masked = setting.or_file and found.origin != _DEFAULT
    name = spelled(setting.place(tenant)) if given.lists_tenants and setting.of_tenant else setting.environment
    return Effective(name, MASK if masked else _written(found.value), found.origin)


def _pointer(setting: Setting, flags: Mapping[str, str], environ: Mapping[str, str]) -> Effective:
    """Where other settings are found: never in a file itself."""
    name = setting.environment
    if setting.flag and flags.get(name):
        return Effective(name, flags[name], setting.flag)
    return Effective(name, environ[name], name) if environ.get(name) else Effective(name, setting.default, _DEFAULT)


def _written(value: Any) -> str:  # noqa: ANN401 - what a configuration file may have
    if isinstance(value, list):
        return ",".join(map(_written, value)) or "[]"
    return ":".join(value[key] for key in ("id", "type") if key in value) if isinstance(value, dict) else str(value)
