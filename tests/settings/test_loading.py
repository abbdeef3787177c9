"""Settings become a configuration, or all of their problems at once, without a secret in any of them."""

from pathlib import Path

import pytest
import trustme

from exporter.errors import SettingsError
from exporter.settings.configuration import (
    CollectorSettings,
    Configuration,
    DiscoverySettings,
    LogSettings,
    ManagedClientSetting,
    ScrapeSettings,
)
from exporter.settings.loading import exposed_secrets, load
from exporter.settings.table import API_GENERATIONS, LOG_FORMATS, LOG_LEVELS, REQUIRED, SETTINGS, Setting

CANARY = "CANARY-aGVsbG8-secret"
ENOUGH = {
    "SAIL_BASE_URL": "https://acme.api.identitynow.com/",
    "SAIL_CLIENT_ID": "an-id",
    "SAIL_CLIENT_SECRET": CANARY,
}

INVALID = {
    "SAIL_BASE_URL": [
        "http://acme.example",
        f"https://user:{CANARY}@acme.example",
        f"https://a.example/{CANARY}",
        CANARY,
    ],
    "SAIL_CLIENT_ID": [f"{CANARY} {CANARY}", f"{CANARY}\n", "é"],
    "SAIL_CLIENT_SECRET": [f"{CANARY} ", f"{CANARY}\r\n", f"{CANARY}é"],
    "SAIL_MANAGED_CLIENTS": [f"a/{CANARY}", f"a:{CANARY}", "a,a", "a, A", "a,,b", "a,", "a:va", "a:VA:VA", ":VA", "a:"],
    "SAIL_TENANT_NAME": [f"{CANARY} {CANARY}", "-", "a\nb"],
    "SAIL_API_GENERATION": [CANARY, "V1", "v4", "2025", "\udcff"],
    "SAIL_RATE_BUDGET": [CANARY, "0", "-1", "1.5", "10001", "nan", "1e3"],
    "SAIL_DISCOVERY__ENABLED": [CANARY, "yes", "OFF", "1"],
    "SAIL_DISCOVERY__CLUSTER_IDS": [f"{CANARY} {CANARY}", "a,,b", "../x", "a,"],
    "SAIL_DISCOVERY__EXCLUDE_CLUSTER_IDS": [f"{CANARY} {CANARY}", ",", "é"],
    "SAIL_DISCOVERY__TYPES": [f"{CANARY},,", "CCG,\x07"],
    "SAIL_DISCOVERY__EXCLUDE_TYPES": [f",{CANARY}"],
    "SAIL_DISCOVERY__NAMES": [f"{CANARY}\n{CANARY}", "a-*,"],
    "SAIL_DISCOVERY__EXCLUDE_NAMES": [f"{CANARY}\x1b", ","],
    "SAIL_DISCOVERY__EXCLUDE_PROVISION_STATUS": [CANARY, "draft", "none,DRAFT"],
    "SAIL_COLLECTORS__STATUS": [CANARY, "on"],
    "SAIL_COLLECTORS__CLUSTERS": [CANARY, "0"],
    "SAIL_COLLECTORS__HEALTH": [CANARY, "no"],
    "SAIL_CA_FILE": [f"/nowhere/{CANARY.lower()}"],
    "SAIL_PROXY_URL": [
        CANARY,
        f"http://user:{CANARY}@proxy.example:3128/{CANARY}",
        f"socks5://{CANARY}@proxy.example",
        f"http://user:{CANARY}\n@proxy.example",
        f"http://{CANARY}@{CANARY}@proxy.example",
    ],
    "SAIL_PROXY_FROM_ENVIRONMENT": [CANARY, "yes", "1"],
    "SAIL_SCRAPE__MIN_INTERVAL": [CANARY, "0s", "-1s", "10", "nan", "inf", "1e9s", "11m", "99ms"],
    "SAIL_SCRAPE__MAX_DURATION": [CANARY, "0s", "-1s", "30", "nan", "inf", "1e9s", "6m", "999ms"],
    "SAIL_SCRAPE__CONCURRENCY": [CANARY, "0", "-1", "101", "1_0", "inf"],
    "SAIL_WEB__LISTEN_ADDRESS": [CANARY, "9853", ":65536", "[::1]"],
    "SAIL_WEB__CONFIG_FILE": ["/nowhere"],
    "SAIL_WEB__ENABLE_LIFECYCLE": [CANARY, "2"],
    "SAIL_LOG__LEVEL": [CANARY, "INFO", "trace"],
    "SAIL_LOG__FORMAT": [CANARY, "text"],
    "SAIL_SECRETS_DIR": ["/nowhere"],
}
MATRIX = [(name, text) for name, texts in INVALID.items() for text in texts]


def problems(flags: dict[str, str], environ: dict[str, str]) -> tuple[str, ...]:
    """The lines with which a configuration is refused, none of which may have the canary, even in what caused them."""
    with pytest.raises(SettingsError) as caught:
        load(flags, environ)
    error = caught.value
    assert error.exit_status == 2
    assert error.__cause__ is None
    assert CANARY not in f"{error} {error!r} {error.problems}"
    assert all(problem.isprintable() for problem in error.problems)
    return error.problems


def test_three_variables_are_enough() -> None:
    """Everything else has a default, and the tenant is named by its host."""
    configuration = load({}, ENOUGH)
    (tenant,) = configuration.tenants
    assert configuration == Configuration((tenant,))
    assert (tenant.name, tenant.base_url) == ("acme", "https://acme.api.identitynow.com")
    assert (tenant.client_id, tenant.client_secret) == ("an-id", CANARY)
    assert tenant.discovers
    assert tenant.managed_clients == ()
    assert (tenant.api_generation, tenant.rate_budget) == ("v1", 50)


def test_every_setting_reaches_the_configuration() -> None:
    """Each variable and flag changes what it says."""
    flags = {"SAIL_SCRAPE__MAX_DURATION": "1m", "SAIL_LOG__LEVEL": "debug"}
    environ = ENOUGH | {
        "SAIL_MANAGED_CLIENTS": "5678:CCG,9012",
        "SAIL_TENANT_NAME": "acme-eu",
        "SAIL_API_GENERATION": "beta",
        "SAIL_RATE_BUDGET": "100",
        "SAIL_SCRAPE__MIN_INTERVAL": "500ms",
        "SAIL_SCRAPE__MAX_DURATION": "2s",
        "SAIL_SCRAPE__CONCURRENCY": "3",
        "SAIL_WEB__LISTEN_ADDRESS": "[::1]:80",
        "SAIL_LOG__FORMAT": "json",
    }
    configuration = load(flags, environ)
    (tenant,) = configuration.tenants
    assert (tenant.name, tenant.api_generation, tenant.rate_budget) == ("acme-eu", "beta", 100)
    assert tenant.managed_clients == (ManagedClientSetting("5678", "CCG"), ManagedClientSetting("9012", "VA"))
    assert not tenant.discovers
    assert configuration.scrape == ScrapeSettings(0.5, 60.0, 3)
    assert tuple(configuration.web.listen_address) == ("::1", 80)
    assert configuration.log == LogSettings("debug", "json")


def test_table_tells_the_defaults_that_hold() -> None:
    """Giving each default in so many words changes nothing."""
    written = {
        setting.environment: setting.default for setting in SETTINGS if setting.flag and setting.default != "none"
    }
    tenant = {"SAIL_API_GENERATION": "v1", "SAIL_RATE_BUDGET": "50", "SAIL_TENANT_NAME": "acme"}
    tenant |= {s.environment: s.default for s in SETTINGS if s.default in {"true", "false", "DRAFT"}}
    assert tenant.items() - {"SAIL_TENANT_NAME": "acme"}.items() <= {(s.environment, s.default) for s in SETTINGS}
    assert load({}, ENOUGH | written | tenant) == load({}, ENOUGH)


@pytest.mark.parametrize(
    ("name", "words"),
    [("SAIL_API_GENERATION", API_GENERATIONS), ("SAIL_LOG__LEVEL", LOG_LEVELS), ("SAIL_LOG__FORMAT", LOG_FORMATS)],
)
def test_closed_lists_are_those_of_the_table(name: str, words: tuple[str, ...]) -> None:
    """Each published word is accepted, and the refusal of another one names them all."""
    for word in words:
        load({}, ENOUGH | {name: word})
    (problem,) = problems({}, ENOUGH | {name: CANARY})
    assert all(f"'{word}'" in problem for word in words)


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.default == REQUIRED])
def test_missing_setting_is_named_with_its_meaning(setting: Setting) -> None:
    """What is missing is told by name, with what to put there."""
    (problem,) = problems({}, {name: text for name, text in ENOUGH.items() if name != setting.environment})
    assert problem == f"{' or '.join(setting.environments)}: required: {setting.plain_meaning}"


@pytest.mark.parametrize(("name", "text"), MATRIX)
def test_invalid_setting_is_named_without_its_value(name: str, text: str) -> None:
    """What is invalid is told by name in one line, even if it is a secret pasted into the wrong variable."""
    (problem,) = problems({}, ENOUGH | {name: text})
    assert problem.startswith(f"{name}: ")


def test_matrix_covers_every_setting() -> None:
    """No setting is left out of the matrix above, save the file that has settings itself."""
    assert {*INVALID, "SAIL_CONFIG_FILE"} == {setting.environment for setting in SETTINGS}


def test_refusal_names_the_flag_that_was_used() -> None:
    """Whoever used the flag is told about the flag."""
    assert problems({"SAIL_LOG__LEVEL": CANARY}, ENOUGH)[0].startswith("--log.level: must be one of 'debug'")


def test_entry_of_the_managed_clients_is_told_by_its_place() -> None:
    """With hundreds of clients, the place of the wrong one is needed."""
    third, fourth = problems({}, ENOUGH | {"SAIL_MANAGED_CLIENTS": f"a,b,c/{CANARY},d:{CANARY}"})
    assert third.startswith("SAIL_MANAGED_CLIENTS: entry 3: id must have letters, digits")
    assert fourth == "SAIL_MANAGED_CLIENTS: entry 4: type must be one of 'CCG', 'VA', 'INTERNAL' or 'IIQ_HARVESTER'"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """One attempt is enough to learn everything that is wrong."""
    told = problems(
        {"SAIL_LOG__LEVEL": CANARY, "SAIL_CONFIG_FILE": "x.yml"},
        {
            "SAIL_CLIENT_SECRET": CANARY,
            "SAIL_CLIENT_ID_FILE": str(tmp_path / "client_id"),
            "SAIL_RATE_BUDGET": CANARY,
            "SAIL_CLIENT_SECERT": CANARY,
        },
    )
    assert [problem.split(":")[0] for problem in told] == [
        "SAIL_CLIENT_SECERT",
        "x.yml",
        "SAIL_BASE_URL",
        "SAIL_RATE_BUDGET",
        "--log.level",
        str(tmp_path / "client_id"),
    ]


def test_without_any_setting_each_required_one_is_told() -> None:
    """A first start without settings lists the three that are needed."""
    assert [problem.split(" ")[0].strip(":") for problem in problems({}, {})] == list(ENOUGH)


def test_secrets_directory_alone_can_hold_everything(tmp_path: Path) -> None:
    """A mounted secret is enough, and its credential stays a pair of paths."""
    for name, text in ENOUGH.items():
        (tmp_path / name.removeprefix("SAIL_").lower()).write_text(text)
    (tenant,) = load({}, {"SAIL_SECRETS_DIR": str(tmp_path)}).tenants
    assert (tenant.client_id, tenant.client_secret) == (tmp_path / "client_id", tmp_path / "client_secret")
    assert tenant.name == "acme"


@pytest.mark.parametrize("content", [b"", b"\n", f"{CANARY} {CANARY}".encode(), b"x" * 70_000])
def test_unusable_secret_file_is_told_by_its_path(tmp_path: Path, content: bytes) -> None:
    """Files are read at the start, so that an unusable one is not found out by the first scrape."""
    file = tmp_path / "secret"
    file.write_bytes(content)
    environ = {name: text for name, text in ENOUGH.items() if name != "SAIL_CLIENT_SECRET"}
    (problem,) = problems({}, environ | {"SAIL_CLIENT_SECRET_FILE": str(file)})
    assert problem.startswith(f"{file}: ")


def test_file_whose_name_is_no_line_is_told_in_one(tmp_path: Path) -> None:
    """What would end the line, or colour a terminal, is written as an escape."""
    environ = {name: text for name, text in ENOUGH.items() if name != "SAIL_CLIENT_SECRET"}
    (problem,) = problems({}, environ | {"SAIL_CLIENT_SECRET_FILE": f"{tmp_path}/a\n\x1b[31mb"})
    assert problem == f"{tmp_path}/a\\n\\x1b[31mb: does not exist"


def test_configuration_does_not_show_the_secret() -> None:
    """Whoever logs a configuration logs no secret."""
    assert CANARY not in repr(load({}, ENOUGH))


@pytest.mark.parametrize(("mode", "lines"), [(0o400, 0), (0o600, 0), (0o440, 1), (0o644, 1), (0o604, 1)])
def test_secret_file_that_others_may_read_is_told(tmp_path: Path, mode: int, lines: int) -> None:
    """A secret that more users than needed may read is worth a warning, not more."""
    file = tmp_path / "secret"
    file.write_text(CANARY)
    file.chmod(mode)
    environ = {name: text for name, text in ENOUGH.items() if name != "SAIL_CLIENT_SECRET"}
    configuration = load({}, environ | {"SAIL_CLIENT_SECRET_FILE": str(file)})
    assert [line.split(":")[0] for line in exposed_secrets(configuration)] == [str(file)] * lines


def test_secret_given_as_a_value_is_not_a_file() -> None:
    """Only files have a mode to warn of."""
    assert list(exposed_secrets(load({}, ENOUGH))) == []


@pytest.mark.parametrize(
    ("given", "discovers"),
    [
        ({}, True),
        ({"SAIL_MANAGED_CLIENTS": "a"}, False),
        ({"SAIL_MANAGED_CLIENTS": "a", "SAIL_DISCOVERY__ENABLED": "true"}, True),
        ({"SAIL_MANAGED_CLIENTS": "a", "SAIL_DISCOVERY__ENABLED": "false"}, False),
    ],
)
def test_discovery_is_on_when_no_client_is_named(given: dict[str, str], discovers: bool) -> None:  # noqa: FBT001 - a case of the table
    """Without ids all that the list permits is watched; with ids only those, unless it is asked for."""
    (tenant,) = load({}, ENOUGH | given).tenants
    assert tenant.discovers is discovers


def test_no_client_and_no_discovery_is_nothing_to_watch() -> None:
    """Whoever forbids discovery has to name the clients, and is told so."""
    (problem,) = problems({}, ENOUGH | {"SAIL_DISCOVERY__ENABLED": "false"})
    assert problem.startswith("SAIL_DISCOVERY__ENABLED: is false, so SAIL_MANAGED_CLIENTS must name")


def test_every_setting_of_discovery_and_collectors_reaches_the_tenant(tmp_path: Path) -> None:
    """Filters, collectors and ways to the tenant are what their variables say."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    environ = {
        "SAIL_DISCOVERY__CLUSTER_IDS": "c1,c2",
        "SAIL_DISCOVERY__EXCLUDE_CLUSTER_IDS": "c3",
        "SAIL_DISCOVERY__TYPES": "CCG, VA",
        "SAIL_DISCOVERY__EXCLUDE_TYPES": "INTERNAL",
        "SAIL_DISCOVERY__NAMES": "prod-*,dmz ?",
        "SAIL_DISCOVERY__EXCLUDE_NAMES": "*-old",
        "SAIL_DISCOVERY__EXCLUDE_PROVISION_STATUS": "none",
        "SAIL_COLLECTORS__STATUS": "false",
        "SAIL_COLLECTORS__CLUSTERS": "False",
        "SAIL_COLLECTORS__HEALTH": "true",
        "SAIL_CA_FILE": str(tmp_path / "ca.pem"),
        "SAIL_PROXY_URL": f"http://user:{CANARY}@proxy.example:3128",
    }
    (tenant,) = load({}, ENOUGH | environ).tenants
    assert tenant.discovery == DiscoverySettings(
        None, ("c1", "c2"), ("c3",), ("CCG", "VA"), ("INTERNAL",), ("prod-*", "dmz ?"), ("*-old",), ()
    )
    assert tenant.collectors == CollectorSettings(status=False, clusters=False, health=True)
    assert (tenant.ca_file, tenant.proxy_url) == (tmp_path / "ca.pem", environ["SAIL_PROXY_URL"])
    assert CANARY not in repr(tenant)


def test_web_settings_may_come_from_flags(tmp_path: Path) -> None:
    """The file with TLS and users, and the switch of the reload, have Prometheus' flags."""
    file = tmp_path / "web.yml"
    file.touch()
    web = load({"SAIL_WEB__CONFIG_FILE": str(file), "SAIL_WEB__ENABLE_LIFECYCLE": "true"}, ENOUGH).web
    assert (web.config_file, web.enable_lifecycle) == (file, True)


def test_proxy_may_be_given_in_a_file(tmp_path: Path) -> None:
    """A proxy's URL may hold a password, so that it may be a file's."""
    file = tmp_path / "proxy_url"
    file.write_text(f"http://user:{CANARY}@proxy.example:3128\n")
    (tenant,) = load({}, ENOUGH | {"SAIL_PROXY_URL_FILE": str(file)}).tenants
    assert tenant.proxy_url == f"http://user:{CANARY}@proxy.example:3128"
