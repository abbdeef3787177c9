"""The only place for the shape of a configuration, with the rule that holds for each of its values.

The classes are ordinary frozen dataclasses: whoever is handed one needs no pydantic. The annotations are for
``exporter.settings.loading``, which has pydantic build them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from exporter.settings import lists, values
from exporter.settings.values import ListenAddress

__all__ = [
    "CollectorSettings",
    "Configuration",
    "DiscoverySettings",
    "LogSettings",
    "ManagedClientSetting",
    "ScrapeSettings",
    "TenantSettings",
    "WebSettings",
]

_ANY_ADDRESS = ListenAddress("", 9853)

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class ManagedClientSetting:
    """A managed client to ask about, and the type sent with the question."""

    __pydantic_config__ = _STRICT

    id: Annotated[str, AfterValidator(values.identifier)]
    type: Literal["CCG", "VA", "INTERNAL", "IIQ_HARVESTER"] = "VA"


def _each_once(clients: tuple[ManagedClientSetting, ...]) -> tuple[ManagedClientSetting, ...]:
    lists.without_duplicates([client.id for client in clients])
    return clients


_Truth = Annotated[bool, BeforeValidator(values.truth)]
_Words = Annotated[tuple[str, ...], BeforeValidator(lists.words)]
_Ids = Annotated[tuple[Annotated[str, AfterValidator(values.identifier)], ...], BeforeValidator(lists.words)]
_Statuses = Annotated[tuple[Literal["PROVISIONED", "DRAFT"], ...], BeforeValidator(lists.words_or_none)]


@dataclass(frozen=True, slots=True)
class DiscoverySettings:
    """Which of the tenant's managed clients are watched without being named one by one.

    Attributes:
        enabled: None stands for "when no managed client is named".
        names: globs, like ``exclude_names``.
    """

    __pydantic_config__ = _STRICT

    enabled: _Truth | None = None
    cluster_ids: _Ids = ()
    exclude_cluster_ids: _Ids = ()
    types: _Words = ()
    exclude_types: _Words = ()
    names: _Words = ()
    exclude_names: _Words = ()
    exclude_provision_status: _Statuses = ("DRAFT",)


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """What is asked of the tenant."""

    __pydantic_config__ = _STRICT

    status: _Truth = True
    clusters: _Truth = True
    health: _Truth = False


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """One tenant and what may be asked of it.

    Attributes:
        base_url: the origin of its API, without a slash at the end.
        client_id: the text, or a path to read it from at every token request.
        client_secret: likewise.
        rate_budget: calls in a window of 10 s.
        name: the label ``tenant``; when empty, the first label of the host name.
        ca_file: certificates, in PEM, of authorities trusted besides the system's.
        proxy_url: of the one proxy that is used; may hold a password.
        proxy_from_environment: whether it is the one that ``HTTPS_PROXY`` and its relatives tell, if they do.
        proxy_origin: where it was set, or looked for in vain, as the user knows it.
    """

    __pydantic_config__ = _STRICT

    base_url: Annotated[str, BeforeValidator(values.base_url)]
    client_id: str | Path
    client_secret: str | Path = field(repr=False)
    managed_clients: Annotated[
        tuple[ManagedClientSetting, ...], BeforeValidator(lists.managed_clients), AfterValidator(_each_once)
    ] = ()
    name: Annotated[str, AfterValidator(values.tenant_name)] = ""
    api_generation: Literal["v1", "v2026", "v2025", "v2024", "v3", "beta"] = "v1"
    rate_budget: Annotated[int, BeforeValidator(values.count_within(1, 10_000))] = 50
    discovery: DiscoverySettings = DiscoverySettings()
    collectors: CollectorSettings = CollectorSettings()
    ca_file: Path | None = None
    proxy_url: Annotated[str, AfterValidator(values.proxy_url)] | None = field(default=None, repr=False)
    proxy_from_environment: _Truth = False
    proxy_origin: str = field(default="SAIL_PROXY_URL", compare=False)

    @property
    def discovers(self) -> bool:
        """Whether managed clients are looked for: as was said, or else when none is named."""
        return not self.managed_clients if self.discovery.enabled is None else self.discovery.enabled

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", values.host_label(self.base_url))


@dataclass(frozen=True, slots=True)
class ScrapeSettings:
    """How a collection is carried out."""

    __pydantic_config__ = _STRICT

    min_interval_seconds: Annotated[
        float, Field(validation_alias="min_interval"), BeforeValidator(values.duration_within("100ms", "10m"))
    ] = 10.0
    max_duration_seconds: Annotated[
        float, Field(validation_alias="max_duration"), BeforeValidator(values.duration_within("1s", "5m"))
    ] = 30.0
    concurrency: Annotated[int, BeforeValidator(values.count_within(1, 100))] = 10


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where and how the pages are served.

    Attributes:
        config_file: TLS, users and headers, in the format of Prometheus' exporter-toolkit.
        enable_lifecycle: whether ``POST /-/reload`` is obeyed.
    """

    __pydantic_config__ = _STRICT

    listen_address: Annotated[ListenAddress, BeforeValidator(values.listen_address)] = _ANY_ADDRESS
    config_file: Path | None = None
    enable_lifecycle: _Truth = False


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and how it is written."""

    __pydantic_config__ = _STRICT

    level: Literal["debug", "info", "warn", "error"] = "info"
    format: Literal["logfmt", "json"] = "logfmt"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that was set, for one process and its tenants."""

    tenants: tuple[TenantSettings, ...]
    scrape: ScrapeSettings = ScrapeSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
