"""The only place where settings become a configuration, or every problem with them at once."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from exporter.api.credentials import FileCredentials, is_visible_ascii
from exporter.errors import SettingsError
from exporter.settings import sources
from exporter.settings.configuration import Configuration, LogSettings, ScrapeSettings, TenantSettings, WebSettings
from exporter.settings.sources import Layer
from exporter.settings.table import CLIENT_ID, CLIENT_SECRET, FILE_SUFFIX, SETTINGS, Setting

__all__ = ["exposed_secrets", "load"]


_NOTHING_TO_WATCH = "SAIL_DISCOVERY__ENABLED: is false, so SAIL_MANAGED_CLIENTS must name the managed clients to watch"

_NOTHING_YET: dict[str, Any] = {"tenant": {}}
"""So that each of a tenant's missing settings is told by its name, even when all of them are."""


class Document(BaseSettings):
    """The settings as one document, in which ``Setting.path`` leads to each."""

    # Its message would quote the document, with the secret, as soon as anything else in it is wrong.
    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tenant: TenantSettings
    scrape: ScrapeSettings = ScrapeSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()


def load(flags: Mapping[str, str], environ: Mapping[str, str]) -> Configuration:
    """Read and check all settings, and the files that some of them name.

    Args:
        flags: texts by the name of the variable whose flag was used.
        environ: the process' environment.

    Raises:
        SettingsError: with all problems; none of them quotes a value.
    """
    names = tuple(sources.problems(flags, environ))
    try:
        layers = sources.layers(flags, environ)
    except SettingsError as error:
        raise SettingsError(*names, *error.problems) from None
    document, values = _validated(layers)
    problems = (*names, *values, *_credential_problems(layers), *_unreadable(layers))
    if document is None or problems:
        raise SettingsError(*problems)
    if not document.tenant.managed_clients and not document.tenant.discovers:
        raise SettingsError(_NOTHING_TO_WATCH)
    return Configuration((document.tenant,), document.scrape, document.web, document.log)


def exposed_secrets(configuration: Configuration) -> Iterator[str]:
    """One line for each secret's file that may be read by more users than needed, as with Kubernetes' default mode."""
    for tenant in configuration.tenants:
        path = tenant.client_secret
        if isinstance(path, Path) and _is_exposed(path.stat()):
            yield f"{path}: more users than needed may read this secret; consider mode 0400, or 0440 through a group"


def _is_exposed(file: os.stat_result) -> bool:
    """Whether anyone may read it, or its group although we own it: others' files may be ours through a group only."""
    return bool(file.st_mode & stat.S_IROTH) or (file.st_uid == os.getuid() and bool(file.st_mode & stat.S_IRGRP))


def _validated(layers: tuple[Layer, ...]) -> tuple[Document | None, tuple[str, ...]]:
    try:
        return _merged(layers), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, tuple(_problem(detail, layers) for detail in details)


def _merged(layers: tuple[Layer, ...]) -> Document:
    class Layered(Document):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: object, **__: object
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            trees = (*map(_tree, layers), _NOTHING_YET)
            return tuple(InitSettingsSource(settings_cls, tree) for tree in trees)

    return Layered()  # type: ignore[call-arg]  # the sources give it


def _tree(layer: Layer) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for setting, given in layer.items():
        *sections, key = setting.path
        node = tree
        for section in sections:
            node = node.setdefault(section, {})
        node[key] = given.value
    return tree


def _problem(detail: ErrorDetails, layers: tuple[Layer, ...]) -> str:
    setting, rest = _located(detail["loc"])
    given = sources.given(setting, layers)
    if given is None:
        return f"{' or '.join(setting.environments)}: required: {setting.plain_meaning}"
    where = "".join(f"entry {part + 1}: " if isinstance(part, int) else f"{part} " for part in rest)
    return f"{given.origin}: {where}{_rule(detail)}"


def _located(loc: tuple[int | str, ...]) -> tuple[Setting, tuple[int | str, ...]]:
    """The setting that a place in the document belongs to, and the way that leads on from there."""
    setting = next(setting for setting in SETTINGS if loc[: len(setting.path)] == setting.path)
    return setting, loc[len(setting.path) :]


def _rule(detail: ErrorDetails) -> str:
    """What the value must be, in the words of ``values``; a closed list is checked by pydantic and put like those."""
    context = detail.get("ctx", {})
    return f"must be one of {context['expected']}" if "expected" in context else str(context["error"])


def _credential_problems(layers: tuple[Layer, ...]) -> Iterator[str]:
    pair = [given for setting in (CLIENT_ID, CLIENT_SECRET) if (given := sources.given(setting, layers))]
    for given in pair:
        if isinstance(given.value, str) and not is_visible_ascii(given.value):
            yield f"{given.origin}: holds a space, a control character or something else that is not visible ASCII"
    files = [given.value for given in pair if isinstance(given.value, Path)]
    if files:
        yield from _file_problems(files[0], files[-1])


def _unreadable(layers: tuple[Layer, ...]) -> Iterator[str]:
    for setting in SETTINGS:
        given = sources.given(setting, layers) if setting.environment.endswith(FILE_SUFFIX) else None
        if given and not (Path(given.value).is_file() and os.access(given.value, os.R_OK)):
            yield f"{given.origin}: must name a file that can be read"


def _file_problems(first: Path, last: Path) -> tuple[str, ...]:
    try:
        FileCredentials(first, last).read()
    except SettingsError as error:
        return tuple(dict.fromkeys(error.problems))
    return ()
