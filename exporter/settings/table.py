"""The only place for the list of settings: their names, defaults and meanings."""

from exporter.settings.setting import PREFIX, REQUIRED, Setting

__all__ = [
    "API_GENERATIONS",
    "BASE_URL",
    "CA_FILE",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CONFIG_FILE",
    "DISCOVERY_ENABLED",
    "LISTEN_ADDRESS",
    "LOG_FORMATS",
    "LOG_LEVELS",
    "MANAGED_CLIENTS",
    "PREFIX",
    "PROXY_FROM_ENVIRONMENT",
    "PROXY_URL",
    "REQUIRED",
    "SECRETS_DIR",
    "SETTINGS",
    "TENANT_NAME",
    "WEB_CONFIG_FILE",
    "Setting",
]

API_GENERATIONS = ("v1", "v2026", "v2025", "v2024", "v3", "beta")
LOG_LEVELS = ("debug", "info", "warn", "error")
LOG_FORMATS = ("logfmt", "json")

BASE_URL = Setting(
    "SAIL_BASE_URL",
    "tenants[].base_url",
    REQUIRED,
    "the tenant's API, such as `https://acme.api.identitynow.com`; `http` to loopback only",
)
CLIENT_ID = Setting(
    "SAIL_CLIENT_ID",
    "tenants[].client_id",
    REQUIRED,
    "client id of a personal access token or API client",
    or_file=True,
)
CLIENT_SECRET = Setting(
    "SAIL_CLIENT_SECRET",
    "tenants[].client_secret",
    REQUIRED,
    "secret that belongs to the client id",
    or_file=True,
    secret=True,
)
CONFIG_FILE = Setting(
    "SAIL_CONFIG_FILE",
    "",
    "none",
    "YAML file with settings, and the only way to several tenants",
    flag="--config.file",
)
LISTEN_ADDRESS = Setting(
    "SAIL_WEB__LISTEN_ADDRESS",
    "web.listen_address",
    ":9853",
    "HOST:PORT to serve on; without a host, on all addresses",
    flag="--web.listen-address",
)
SECRETS_DIR = Setting(
    "SAIL_SECRETS_DIR",
    "",
    "none",
    "directory of files with settings, named like `client_id`, `client_secret`: the variable in lower case, no `SAIL_`",
)
MANAGED_CLIENTS = Setting(
    "SAIL_MANAGED_CLIENTS",
    "tenants[].managed_clients",
    "all that discovery finds",
    "managed clients to ask about, `ID:TYPE` separated by commas: `5678:CCG,9012:VA`; without a type, `VA`",
    many=True,
)
TENANT_NAME = Setting(
    "SAIL_TENANT_NAME",
    "tenants[].name",
    "first label of the base URL's host name",
    "value of the label `tenant`",
)
DISCOVERY_ENABLED = Setting(
    "SAIL_DISCOVERY__ENABLED",
    "tenants[].discovery.enabled",
    "when no managed client is named",
    "whether to look for managed clients besides those named: `true`, `false`",
)
CA_FILE = Setting(
    "SAIL_CA_FILE",
    "tenants[].ca_file",
    "none",
    "file of certificates (PEM) of authorities to trust besides the system's",
)
PROXY_URL = Setting(
    "SAIL_PROXY_URL",
    "tenants[].proxy_url",
    "none",
    "proxy to reach the tenant through, `http://USER:PASSWORD@HOST:PORT`; a file with it is read at the start and at a "
    "reload",
    or_file=True,
    secret=True,
)
PROXY_FROM_ENVIRONMENT = Setting(
    "SAIL_PROXY_FROM_ENVIRONMENT",
    "tenants[].proxy_from_environment",
    "false",
    "whether the proxy is the one that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` tell; not together with "
    "`SAIL_PROXY_URL`",
)
WEB_CONFIG_FILE = Setting(
    "SAIL_WEB__CONFIG_FILE",
    "web.config_file",
    "none",
    "file with TLS, users and headers for the pages, in the format of Prometheus' exporter-toolkit",
    flag="--web.config.file",
)

SETTINGS = (
    BASE_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    MANAGED_CLIENTS,
    TENANT_NAME,
    Setting(
        "SAIL_API_GENERATION",
        "tenants[].api_generation",
        "v1",
        "generation of the API paths: " + ", ".join(f"`{word}`" for word in API_GENERATIONS),
    ),
    Setting(
        "SAIL_RATE_BUDGET",
        "tenants[].rate_budget",
        "50",
        "calls in 10 s that this process may use of the tenant's 100",
    ),
    DISCOVERY_ENABLED,
    Setting(
        "SAIL_DISCOVERY__CLUSTER_IDS",
        "tenants[].discovery.cluster_ids",
        "all of them",
        "clusters whose managed clients are watched, separated by commas",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__EXCLUDE_CLUSTER_IDS",
        "tenants[].discovery.exclude_cluster_ids",
        "none",
        "clusters whose managed clients are not watched",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__TYPES",
        "tenants[].discovery.types",
        "all of them",
        "types of managed clients that are watched, such as `CCG,VA`",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__EXCLUDE_TYPES",
        "tenants[].discovery.exclude_types",
        "none",
        "types of managed clients that are not watched",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__NAMES",
        "tenants[].discovery.names",
        "all of them",
        "names of managed clients that are watched, with `*`, `?` and `[...]`: `prod-*,dmz-?`",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__EXCLUDE_NAMES",
        "tenants[].discovery.exclude_names",
        "none",
        "names of managed clients that are not watched, likewise",
        many=True,
    ),
    Setting(
        "SAIL_DISCOVERY__EXCLUDE_PROVISION_STATUS",
        "tenants[].discovery.exclude_provision_status",
        "DRAFT",
        "managed clients in this state are not watched: `DRAFT`, `PROVISIONED`, or `none` to leave none out",
        many=True,
    ),
    Setting(
        "SAIL_COLLECTORS__STATUS",
        "tenants[].collectors.status",
        "true",
        "whether to read the status of each managed client; scope `idn:managed-client-status:read`",
    ),
    Setting(
        "SAIL_COLLECTORS__CLUSTERS",
        "tenants[].collectors.clusters",
        "true",
        "whether to read the clusters; scope `idn:remote-client:read`",
    ),
    Setting(
        "SAIL_COLLECTORS__HEALTH",
        "tenants[].collectors.health",
        "false",
        "whether to read the health indicators of each managed client; needs a scope that may also change and delete "
        "clients: `idn:remote-client:manage`",
    ),
    CA_FILE,
    PROXY_URL,
    PROXY_FROM_ENVIRONMENT,
    Setting(
        "SAIL_SCRAPE__MIN_INTERVAL",
        "scrape.min_interval",
        "10s",
        "how long readings are served again before the tenant is asked anew",
        flag="--scrape.min-interval",
    ),
    Setting(
        "SAIL_SCRAPE__MAX_DURATION",
        "scrape.max_duration",
        "30s",
        "longest collection, however long a timeout the scraper announces",
        flag="--scrape.max-duration",
    ),
    Setting(
        "SAIL_SCRAPE__CONCURRENCY",
        "scrape.concurrency",
        "10",
        "calls to a tenant in flight at the same time",
        flag="--scrape.concurrency",
    ),
    LISTEN_ADDRESS,
    WEB_CONFIG_FILE,
    Setting(
        "SAIL_WEB__ENABLE_LIFECYCLE",
        "web.enable_lifecycle",
        "false",
        "whether `POST /-/reload` is obeyed: `true`, `false`",
        flag="--web.enable-lifecycle",
    ),
    Setting(
        "SAIL_LOG__LEVEL", "log.level", "info", "lowest level logged: `debug`, `info`, `warn`, `error`", "--log.level"
    ),
    Setting("SAIL_LOG__FORMAT", "log.format", "logfmt", "form of the log lines: `logfmt`, `json`", "--log.format"),
    CONFIG_FILE,
    SECRETS_DIR,
)
