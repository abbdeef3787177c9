"""The only place that gathers settings from where they are given, and knows which source wins.

Flag, environment variable, secrets directory, configuration file: the first that gives a value wins. A proxy that is
told to all programs, by ``HTTPS_PROXY`` and its relatives, is the environment's where a tenant asks for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from exporter.errors import SettingsError
from exporter.settings.given import Given, Layer, of_file
from exporter.settings.setting import FILE_SUFFIX, TENANTS, Place, Setting
from exporter.settings.spelling import misspelt
from exporter.settings.table import (
    BASE_URL,
    CONFIG_FILE,
    PROXY_FROM_ENVIRONMENT,
    PROXY_URL,
    SECRETS_DIR,
    SETTINGS,
)

__all__ = ["Sources", "read"]

_WITH_VALUE = tuple(setting for setting in SETTINGS if setting.key)
"""Settings proper: the others say where to find these."""

_FIRST: Place = (TENANTS, 0)


@dataclass(frozen=True, slots=True)
class Sources:
    """What was given, unchecked.

    Attributes:
        layers: what each source gives, the strongest first.
        problems: one line for each name that cannot be obeyed, whatever its value, and each file that cannot be read.
    """

    layers: tuple[Layer, ...]
    problems: tuple[str, ...]

    def given(self, setting: Setting, tenant: int = 0) -> Given | None:
        """What the strongest source gives for a setting."""
        place = setting.place(tenant)
        return next((layer[place] for layer in self.layers if place in layer), None)

    @property
    def tenants(self) -> range:
        """The tenants' positions; there is always one, which may lack everything."""
        return range(sum(map(_is_entry, self.layers[-1])) or 1)

    @property
    def lists_tenants(self) -> bool:
        """Whether a configuration file has them, rather than the environment one."""
        return _FIRST in self.layers[-1]

    def name(self, setting: Setting, tenant: int = 0) -> str:
        """What to call a setting, whether given or not, where it belongs."""
        if self.lists_tenants and setting.of_tenant:
            *section, _ = map(str, setting.place()[2:])
            return ".".join((self.layers[-1][TENANTS, tenant].origin, *section, " or ".join(setting.file_keys)))
        return " or ".join(setting.environments)


Found: TypeAlias = Iterator[tuple[Place, Given] | str]
"""Values by their places, and problems."""


def read(flags: Mapping[str, str], environ: Mapping[str, str]) -> Sources:
    """Gather what every source gives. An empty text counts as not given.

    Args:
        flags: texts by the name of the variable whose flag was used.
        environ: the process' environment.
    """
    found = (
        list(_of_flags(flags)),
        list(_of_environment(environ)),
        list(_of_directory(environ.get(SECRETS_DIR.environment, ""))),
        list(_of_configuration_file(flags, environ)),
    )
    layers = tuple(dict(item for item in items if not isinstance(item, str)) for items in found)
    problems = [item for items in found for item in items if isinstance(item, str)]
    sources = Sources(layers, (*_contradictions(environ), *problems))
    if sources.lists_tenants:
        sources = _without_single_tenant(sources)
    return _with_environment_proxies(sources, environ)


def _contradictions(environ: Mapping[str, str]) -> Iterator[str]:
    yield from misspelt(environ)
    for setting in SETTINGS:
        if setting.or_file and all(environ.get(name) for name in setting.environments):
            yield f"{' and '.join(setting.environments)}: only one of them may be set"


def _of_flags(flags: Mapping[str, str]) -> Found:
    for setting in _WITH_VALUE:
        if setting.flag and (text := flags.get(setting.environment)):
            yield setting.place(), Given(text, setting.flag)


def _of_environment(environ: Mapping[str, str]) -> Found:
    for setting in _WITH_VALUE:
        if text := environ.get(setting.environment):
            yield setting.place(), Given(text, setting.environment)
        elif setting.or_file and (text := environ.get(name := setting.environment + FILE_SUFFIX)):
            yield from _of_file(setting, Path(text), name)


def _of_directory(directory: str) -> Found:
    try:
        names = frozenset(path.name for path in Path(directory).iterdir()) if directory else ()
    except OSError as error:
        yield f"{SECRETS_DIR.environment}: must name a directory that can be read ({type(error).__name__})"
        return
    for setting in _WITH_VALUE:
        if setting.file_name in names:
            path = Path(directory) / setting.file_name
            yield from _of_file(setting, path, str(path))


def _of_file(setting: Setting, path: Path, origin: str) -> Found:
    try:
        value = of_file(setting, path)
    except SettingsError as error:
        yield from error.problems
    else:
        if value:
            yield setting.place(), Given(value, origin)


def _of_configuration_file(flags: Mapping[str, str], environ: Mapping[str, str]) -> Found:
    if name := flags.get(CONFIG_FILE.environment) or environ.get(CONFIG_FILE.environment):
        from exporter.settings import configuration_file  # noqa: PLC0415 - imports yaml, which few need

        layer, problems = configuration_file.read(name)
        yield from layer.items()
        yield from problems


def _without_single_tenant(sources: Sources) -> Sources:
    """Refuse what describes one tenant beside a file that lists tenants: it would be unclear which it is for."""
    *others, file = sources.layers
    refused = [given.origin for layer in others for place, given in layer.items() if place[0] == TENANTS]
    kept = (*({place: given for place, given in layer.items() if place[0] != TENANTS} for layer in others), file)
    why = f"is for a single tenant, and cannot be used with {file[_FIRST].origin}; set it there instead"
    return Sources(kept, (*sources.problems, *(f"{origin}: {why}" for origin in refused)))


def _with_environment_proxies(sources: Sources, environ: Mapping[str, str]) -> Sources:
    flags, environment, *others = sources.layers
    found = list(_of_environment_proxies(sources, environ))
    proxies = dict(item for item in found if not isinstance(item, str))
    problems = (item for item in found if isinstance(item, str))
    return Sources((flags, {**environment, **proxies}, *others), (*sources.problems, *problems))


def _of_environment_proxies(sources: Sources, environ: Mapping[str, str]) -> Found:
    for tenant in sources.tenants:
        switch = sources.given(PROXY_FROM_ENVIRONMENT, tenant)
        if switch is None or str(switch.value).lower() != "true":
            continue
        if own := sources.given(PROXY_URL, tenant):
            yield f"{switch.origin}: is true, but {own.origin} gives a proxy as well; only one of them may"
        elif base_url := sources.given(BASE_URL, tenant):
            yield from _environment_proxy(base_url.value, PROXY_URL.place(tenant), environ)


def _environment_proxy(base_url: str, place: Place, environ: Mapping[str, str]) -> Found:
    from exporter.settings.environment_proxy import environment_proxy  # noqa: PLC0415 - urllib.request, which few need

    if proxy := environment_proxy(base_url, environ):
        yield place, proxy


def _is_entry(place: Place) -> bool:
    return place[0] == TENANTS and len(place) == len(_FIRST)
