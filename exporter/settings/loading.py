"""The only place where settings become a configuration, or every problem with them at once."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from exporter.errors import SettingsError
from exporter.settings import checks, sources
from exporter.settings.configuration import Configuration, LogSettings, ScrapeSettings, TenantSettings, WebSettings
from exporter.settings.given import Layer
from exporter.settings.setting import TENANTS, Place, Setting
from exporter.settings.sources import Sources
from exporter.settings.table import PROXY_URL, SETTINGS

__all__ = ["exposed_secrets", "load"]

_NOTHING_YET: dict[str, Any] = {TENANTS: {0: {}}}
"""So that each of a tenant's missing settings is told by its name, even when all of them are."""


def _in_order(tenants: dict[int, Any]) -> list[Any]:
    return [tenants[index] for index in sorted(tenants)]


class Document(BaseSettings):
    """The settings as one document, in which ``Setting.place`` leads to each."""

    # Its message would quote the document, with the secret, as soon as anything else in it is wrong.
    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tenants: Annotated[tuple[TenantSettings, ...], BeforeValidator(_in_order)]
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
    given = sources.read(flags, environ)
    document, invalid = _validated(given)
    problems = (*given.problems, *invalid, *checks.unusable_files(given))
    if document is not None:
        problems += tuple(checks.disagreements(document.tenants, given))
    if document is None or problems:
        raise SettingsError(*problems)
    tenants = tuple(_with_proxy_origin(tenant, index, given) for index, tenant in enumerate(document.tenants))
    return Configuration(tenants, document.scrape, document.web, document.log)


def _with_proxy_origin(tenant: TenantSettings, index: int, sources: Sources) -> TenantSettings:
    if given := sources.given(PROXY_URL, index):
        return replace(tenant, proxy_origin=given.origin)
    return replace(tenant, proxy_origin="the environment") if tenant.proxy_from_environment else tenant


def exposed_secrets(configuration: Configuration) -> Iterator[str]:
    """One line for each secret's file that may be read by more users than needed, as with Kubernetes' default mode."""
    for tenant in configuration.tenants:
        path = tenant.client_secret
        if isinstance(path, Path) and _is_exposed(path.stat()):
            yield f"{path}: more users than needed may read this secret; consider mode 0400, or 0440 through a group"


def _is_exposed(file: os.stat_result) -> bool:
    """Whether anyone may read it, or its group although we own it: others' files may be ours through a group only."""
    return bool(file.st_mode & stat.S_IROTH) or (file.st_uid == os.getuid() and bool(file.st_mode & stat.S_IRGRP))


def _validated(given: Sources) -> tuple[Document | None, tuple[str, ...]]:
    try:
        return _merged(given.layers), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, tuple(_problem(detail, given) for detail in details)


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
    tree: dict[Any, Any] = {}
    for (*steps, last), given in layer.items():
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = given.value
    return tree


def _problem(detail: ErrorDetails, sources: Sources) -> str:
    setting, tenant, rest = _located(detail["loc"])
    given = sources.given(setting, tenant)
    if given is None:
        return f"{sources.name(setting, tenant)}: required: {setting.plain_meaning}"
    where = "".join(f"entry {part + 1}: " if isinstance(part, int) else f"{part} " for part in rest)
    return f"{given.origin}: {where}{_rule(detail)}"


def _located(loc: Place) -> tuple[Setting, int, Place]:
    """The setting that a place in the document belongs to, whose tenant, and the way that leads on from there."""
    tenant = next((step for step in loc[1:2] if isinstance(step, int)), 0)
    setting = next(setting for setting in SETTINGS if setting.key and _leads(setting.place(tenant), loc))
    return setting, tenant, loc[len(setting.place(tenant)) :]


def _leads(place: Place, loc: Place) -> bool:
    return loc[: len(place)] == place


def _rule(detail: ErrorDetails) -> str:
    """What the value must be, in the words of ``values``; a closed list is checked by pydantic and put like those."""
    context = detail.get("ctx", {})
    if "expected" in context:
        return f"must be one of {context['expected']}"
    return str(context.get("error", "must be text in UTF-8"))  # the latter: bytes of an environment that are none
