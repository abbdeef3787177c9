"""A configuration file with several tenants becomes a configuration, or every problem with it by its place."""

import json
import re
from pathlib import Path

import pytest
import trustme

from exporter.errors import SettingsError
from exporter.settings.configuration import Configuration, ManagedClientSetting
from exporter.settings.loading import exposed_secrets, load
from exporter.settings.table import SETTINGS
from tests.settings.test_loading import MATRIX

CANARY = "CANARY-aGVsbG8-secret"
README = Path(__file__).parents[2] / "README.md"

KEYS = {setting.environment: setting.key for setting in SETTINGS if setting.key}

TENANT = "{base_url: 'https://acme.example', client_id_file: id, client_secret_file: secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for the configuration file, beside the files of a credential."""
    (tmp_path / "id").write_text("an-id")
    (tmp_path / "secret").write_text(CANARY)
    (tmp_path / "secret").chmod(0o400)
    return tmp_path / "config.yml"


def loaded(file: Path, text: str, **environ: str) -> Configuration:
    """The configuration that a file gives."""
    file.write_text(text)
    return load({"SAIL_CONFIG_FILE": str(file)}, environ)


def problems(file: Path, text: str, **environ: str) -> list[str]:
    """The lines with which a file is refused, without its name."""
    with pytest.raises(SettingsError) as caught:
        loaded(file, text, **environ)
    assert caught.value.__cause__ is None
    assert CANARY not in f"{caught.value!r} {caught.value.problems}"
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


def test_readme_shows_a_file_that_can_be_loaded(tmp_path: Path) -> None:
    """The example of several tenants is one: with the files that it names it gives two tenants."""
    section = README.read_text(encoding="utf-8").split("### Several tenants")[1].split("\n#")[0]
    text = section.split("```yaml\n")[1].split("```")[0].replace("/etc/sailpoint", str(tmp_path))
    for name in ("acme", "acme-sandbox"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "client_id").write_text("an-id")
        (tmp_path / name / "client_secret").write_text(CANARY)
        (tmp_path / name / "proxy_url").write_text(f"http://user:{CANARY}@proxy.example:3128")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    configuration = loaded(tmp_path / "config.yml", text)

    acme, sandbox = configuration.tenants
    assert (acme.name, sandbox.name) == ("acme", "acme-sandbox")
    assert (acme.client_secret, sandbox.client_id) == (
        tmp_path / "acme" / "client_secret",
        tmp_path / "acme-sandbox" / "client_id",
    )
    assert acme.discovers
    assert not sandbox.discovers
    assert CANARY not in repr(configuration)


def test_tenants_have_everything_of_their_own(file: Path) -> None:
    """Credential, generation, budget, clients, filters, collectors and ways differ from tenant to tenant."""
    first, second = loaded(
        file,
        f"""
tenants:
  - {TENANT}, api_generation: beta, rate_budget: 10, discovery: {{enabled: true, names: ["a,b*"]}}}}
  - base_url: https://sandbox.example
    client_id: other
    client_secret_file: {file.parent}/secret
    managed_clients: [{{id: 5678, type: CCG}}, {{id: "0123"}}, 9012:VA]
    collectors: {{health: true}}
log: {{level: debug}}
""",
    ).tenants
    assert (first.name, first.api_generation, first.rate_budget, first.discovery.names) == (
        "acme",
        "beta",
        10,
        ("a,b*",),
    )
    assert (first.client_id, first.client_secret) == (file.parent / "id", file.parent / "secret")
    assert (second.name, second.api_generation, second.client_id) == ("sandbox", "v1", "other")
    assert second.managed_clients == (
        ManagedClientSetting("5678", "CCG"),
        ManagedClientSetting("0123", "VA"),
        ManagedClientSetting("9012", "VA"),
    )
    assert (first.discovers, second.discovers) == (True, False)
    assert (first.collectors.health, second.collectors.health) == (False, True)


def test_environment_wins_over_the_file_for_the_process(file: Path) -> None:
    """A variable overrides the file's key, and the file the default."""
    text = f"tenants: [{TENANT}}}]\nscrape: {{min_interval: 20s, concurrency: 3}}"
    scrape = loaded(file, text, SAIL_SCRAPE__CONCURRENCY="5").scrape
    assert (scrape.min_interval_seconds, scrape.concurrency, scrape.max_duration_seconds) == (20.0, 5, 30.0)


def test_file_without_tenants_goes_with_the_environments_tenant(file: Path) -> None:
    """The process is configured by the file, the one tenant by variables."""
    configuration = loaded(
        file,
        "log: {format: json}",
        SAIL_BASE_URL="https://acme.example",
        SAIL_CLIENT_ID="id",
        SAIL_CLIENT_SECRET=CANARY,
    )
    assert (configuration.log.format, configuration.tenants[0].name) == ("json", "acme")


def test_each_tenants_problems_are_told_by_their_places(file: Path) -> None:
    """What is missing or wrong is named as in the file, for all tenants at once, and no value is quoted."""
    found = problems(
        file,
        f"""
tenants:
  - {{}}
  - {TENANT}, rate_budget: {CANARY}, managed_clients: [5678, "a/{CANARY}", {{id: b, type: {CANARY}}}]}}
  - {TENANT}, discovery: {{enabled: {CANARY}, exclude_provision_status: [{CANARY}]}}, client_id: c}}
  - {{base_url: "https://{CANARY}@acme.example", client_id: "{CANARY} x", client_secret_file: nowhere}}
scrape: {{concurrency: {CANARY}}}
""",
    )
    assert [re.split(":? (?:must|required|holds)", problem)[0] for problem in found] == [
        "tenants[2].client_id: only one of client_id and client_id_file may be set",
        "tenants[0].base_url",
        "tenants[0].client_id or client_id_file",
        "tenants[0].client_secret_file",
        "tenants[1].managed_clients: entry 2: id",
        "tenants[1].managed_clients: entry 3: type",
        "tenants[1].rate_budget",
        "tenants[2].discovery.enabled",
        "tenants[2].discovery.exclude_provision_status: entry 1",
        "tenants[3].base_url",
        "scrape.concurrency",
        "tenants[3].client_id",
        f"{file.parent}/nowhere: does not exist",
    ]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text in MATRIX if name in KEYS])
def test_invalid_setting_is_refused_in_the_file_too(file: Path, name: str, text: str) -> None:
    """What no variable may say no key may say either; the refusal is told by place or line, never with the value."""
    *sections, key = KEYS[name].split(".")
    document: dict[str, object] = {key: text}
    for section in reversed(sections):
        document = {section: document}
    credential = {"client_id": "id", "client_secret_file": "secret"}
    tenant = {"base_url": "https://acme.example"} | credential | document.pop("tenants[]", {})  # type: ignore[operator]
    found = problems(file, json.dumps({"tenants": [tenant]} | document))
    place = KEYS[name].replace("[]", "[0]")
    assert all(problem.startswith((f"{place}: ", f"{file}:1: ")) for problem in found)


def test_missing_credential_says_how_a_file_names_it(file: Path) -> None:
    """A secret that is missing is told with the one key that may name it, since it may not be in the file."""
    found = problems(file, "tenants: [{base_url: 'https://acme.example'}]")
    assert [problem.partition(": required")[0] for problem in found] == [
        "tenants[0].client_id or client_id_file",
        "tenants[0].client_secret_file",
    ]


def test_tenants_must_have_different_names(file: Path) -> None:
    """Series of two tenants with one name could not be told apart, whether the name was given or follows."""
    text = f"tenants: [{TENANT}}}, {TENANT}, name: other}}, {TENANT}, name: acme}}]"
    assert problems(file, text) == [f"tenants[2].name: must differ from {file}: tenants[0].name"]


def test_managed_client_twice_in_a_tenant_is_refused(file: Path) -> None:
    """The same id may be in two tenants, but not twice in one."""
    once = f"{TENANT}, managed_clients: [a]}}"
    twice = f"{TENANT}, name: b, managed_clients: [a, A]}}"
    assert problems(file, f"tenants: [{once}, {twice}]") == [
        "tenants[1].managed_clients: must name each managed client once: entries 1, 2 are the same"
    ]


def test_tenant_with_nothing_to_watch_is_refused(file: Path) -> None:
    """Without discovery the clients must be named, in the file's words."""
    (problem,) = problems(file, f"tenants: [{TENANT}, discovery: {{enabled: false}}}}]")
    assert problem.startswith(
        f"tenants[0].discovery.enabled: is false, so {file}: tenants[0].managed_clients must name"
    )


def test_files_are_checked_at_the_start(file: Path) -> None:
    """What would be found out by the first call or the first scrape is told at once."""
    (file.parent / "empty").touch()
    found = problems(file, f"tenants: [{TENANT}, ca_file: empty}}]\nweb: {{config_file: nowhere}}")
    assert found == [
        "tenants[0].ca_file: must name a file with certificates in PEM",
        "web.config_file: must name a file that can be read",
    ]


def test_single_tenants_variables_are_refused_beside_tenants(file: Path) -> None:
    """They would describe one of several tenants, or none: each is told by its name."""
    found = problems(file, f"tenants: [{TENANT}}}]", SAIL_CLIENT_SECRET=CANARY, SAIL_RATE_BUDGET="5")
    assert [problem.split(":")[0] for problem in found] == ["SAIL_CLIENT_SECRET", "SAIL_RATE_BUDGET"]


def test_exposed_secret_of_each_tenant_is_told(file: Path) -> None:
    """A secret that more users than needed may read is worth a warning, whichever tenant's it is."""
    (file.parent / "exposed").write_text(CANARY)
    (file.parent / "exposed").chmod(0o644)
    text = f"tenants: [{TENANT}}}, {TENANT.replace('secret_file: secret', 'secret_file: exposed')}, name: b}}]"
    (line,) = exposed_secrets(loaded(file, text))
    assert line.startswith(f"{file.parent}/exposed: ")
