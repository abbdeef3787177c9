"""What each source gives, and which one wins."""

import os
from pathlib import Path

import pytest

from exporter.settings import sources
from exporter.settings.given import Given
from exporter.settings.setting import Setting
from exporter.settings.table import (
    BASE_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    LISTEN_ADDRESS,
    MANAGED_CLIENTS,
    SETTINGS,
    TENANT_NAME,
)

LISTEN = LISTEN_ADDRESS.environment
PROXY_URL = next(setting for setting in SETTINGS if setting.environment == "SAIL_PROXY_URL")


def test_the_strongest_source_wins(tmp_path: Path) -> None:
    """The order is flag, environment, secrets directory, configuration file, and each tells where a value is from."""
    (tmp_path / "web__listen_address").write_text(":3\n")
    file = tmp_path / "config.yml"
    file.write_text('web: {listen_address: ":4"}')
    flags = {LISTEN: ":1"}
    variable = {LISTEN: ":2"}
    directory = {"SAIL_SECRETS_DIR": str(tmp_path)}
    configuration = {"SAIL_CONFIG_FILE": str(file)}

    def given(flags: dict[str, str], environ: dict[str, str]) -> Given | None:
        return sources.read(flags, environ).given(LISTEN_ADDRESS)

    assert given(flags, variable | directory | configuration) == Given(":1", "--web.listen-address")
    assert given({}, variable | directory | configuration) == Given(":2", "SAIL_WEB__LISTEN_ADDRESS")
    assert given({}, directory | configuration) == Given(":3", str(tmp_path / "web__listen_address"))
    assert given({}, configuration) == Given(":4", f"{file}: web.listen_address")
    assert given({"SAIL_CONFIG_FILE": str(file)}, {}) == Given(":4", f"{file}: web.listen_address")
    assert given({}, {}) is None


def test_empty_text_counts_as_not_given() -> None:
    """A variable that compose passes on empty does not hide the default."""
    found = sources.read({LISTEN: ""}, {LISTEN: "", "SAIL_SECRETS_DIR": "", "SAIL_CONFIG_FILE": ""})
    assert found == sources.Sources(({}, {}, {}, {}), ())


def test_tenant_has_no_flags() -> None:
    """A secret on the command line is not listened to, since every user of the machine could read it."""
    assert sources.read({"SAIL_CLIENT_SECRET": "CANARY"}, {}).given(CLIENT_SECRET) is None
    assert not [setting for setting in SETTINGS if setting.flag and setting.of_tenant]


def test_credential_given_as_a_file_stays_a_path() -> None:
    """Files with a credential are read again at each token request, so that their path is what is given."""
    found = sources.read({}, {"SAIL_CLIENT_SECRET_FILE": "/run/secret", "SAIL_CLIENT_ID": "id"})
    assert found.given(CLIENT_SECRET) == Given(Path("/run/secret"), "SAIL_CLIENT_SECRET_FILE")
    assert found.given(CLIENT_ID) == Given("id", "SAIL_CLIENT_ID")


def test_other_value_given_as_a_file_is_read(tmp_path: Path) -> None:
    """What may be given in a file and does not rotate is the file's text, without the line's end."""
    file = tmp_path / "proxy"
    file.write_text("http://proxy.example:3128\n")
    found = sources.read({}, {"SAIL_PROXY_URL_FILE": str(file)})
    assert found.given(PROXY_URL) == Given("http://proxy.example:3128", "SAIL_PROXY_URL_FILE")


def test_file_that_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    """The problem is told, and the other values of the same source are there."""
    found = sources.read({}, {"SAIL_PROXY_URL_FILE": str(tmp_path / "nowhere"), "SAIL_TENANT_NAME": "acme"})
    assert found.problems == (f"{tmp_path}/nowhere: cannot be read: No such file or directory",)
    assert found.given(TENANT_NAME) == Given("acme", "SAIL_TENANT_NAME")


def test_secrets_directory_gives_paths_of_credentials_and_texts_of_the_rest(tmp_path: Path) -> None:
    """A whole mounted secret can have the credential and other settings; what is unknown in it is left alone."""
    for name, text in {"client_id": "id", "client_secret": "CANARY", "tenant_name": " acme\n", "other": "x"}.items():
        (tmp_path / name).write_text(text)

    found = sources.read({}, {"SAIL_SECRETS_DIR": str(tmp_path)})

    given = {setting.environment: found.given(setting) for setting in SETTINGS if setting.key}
    assert {name: it.value for name, it in given.items() if it} == {
        "SAIL_CLIENT_ID": tmp_path / "client_id",
        "SAIL_CLIENT_SECRET": tmp_path / "client_secret",
        "SAIL_TENANT_NAME": "acme",
    }


def test_empty_file_counts_as_not_given(tmp_path: Path) -> None:
    """A file without text does not hide the default."""
    (tmp_path / "tenant_name").write_text("\n")
    assert sources.read({}, {"SAIL_SECRETS_DIR": str(tmp_path)}) == sources.Sources(({}, {}, {}, {}), ())


def test_secrets_directory_must_exist(tmp_path: Path) -> None:
    """A directory that is not there is a problem, not an empty source."""
    found = sources.read({}, {"SAIL_SECRETS_DIR": str(tmp_path / "nowhere")})
    assert found.problems == ("SAIL_SECRETS_DIR: must name a directory that can be read (FileNotFoundError)",)


def test_settings_in_the_secrets_directory_must_be_files(tmp_path: Path) -> None:
    """What has a setting's name and is a directory is refused by its path."""
    (tmp_path / "base_url").mkdir()
    found = sources.read({}, {"SAIL_SECRETS_DIR": str(tmp_path)})
    assert found.problems == (f"{tmp_path}/base_url: cannot be read: Is a directory",)


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.or_file], ids=lambda it: it.environment)
def test_value_and_file_together_are_refused(setting: Setting) -> None:
    """It would not be clear which of the two is meant."""
    found = sources.read({}, dict.fromkeys(setting.environments, os.devnull))
    assert f"{' and '.join(setting.environments)}: only one of them may be set" in found.problems


def test_names_are_those_of_the_environment_without_a_file() -> None:
    """A setting that is missing is told by the variables that could give it."""
    found = sources.read({}, {})
    assert list(found.tenants) == [0]
    assert found.name(CLIENT_ID) == "SAIL_CLIENT_ID or SAIL_CLIENT_ID_FILE"


def test_tenants_of_a_file_are_told_by_their_places(tmp_path: Path) -> None:
    """Each tenant of a file has its settings, names them by their places, and may lack all of them."""
    file = tmp_path / "config.yml"
    file.write_text("tenants: [{name: a}, {}, {name: c}]")
    found = sources.read({"SAIL_CONFIG_FILE": str(file)}, {})
    assert list(found.tenants) == [0, 1, 2]
    assert [found.given(TENANT_NAME, tenant) for tenant in found.tenants] == [
        Given("a", f"{file}: tenants[0].name"),
        None,
        Given("c", f"{file}: tenants[2].name"),
    ]
    assert found.name(BASE_URL, 1) == f"{file}: tenants[1].base_url"
    assert found.name(LISTEN_ADDRESS) == "SAIL_WEB__LISTEN_ADDRESS"


def test_single_tenant_beside_a_file_with_tenants_is_refused_by_name(tmp_path: Path) -> None:
    """What describes one tenant is not half applied to several: each such variable and file is told, and left out."""
    file = tmp_path / "config.yml"
    file.write_text("tenants: [{name: a}]")
    (tmp_path / "client_id").write_text("id")
    environ = {"SAIL_CONFIG_FILE": str(file), "SAIL_SECRETS_DIR": str(tmp_path), "SAIL_MANAGED_CLIENTS": "5678"}
    found = sources.read({}, environ | {LISTEN: ":80"})
    why = f"is for a single tenant, and cannot be used with {file}: tenants[0]; set it there instead"
    assert found.problems == (f"SAIL_MANAGED_CLIENTS: {why}", f"{tmp_path}/client_id: {why}")
    assert found.given(MANAGED_CLIENTS) is None
    assert found.given(LISTEN_ADDRESS) == Given(":80", LISTEN)


def test_file_without_tenants_adds_to_the_tenant_of_the_environment(tmp_path: Path) -> None:
    """A file may have what concerns the process, while the environment describes the tenant."""
    file = tmp_path / "config.yml"
    file.write_text("log: {level: debug}")
    found = sources.read({}, {"SAIL_CONFIG_FILE": str(file), "SAIL_TENANT_NAME": "acme"})
    assert (found.problems, found.given(TENANT_NAME)) == ((), Given("acme", "SAIL_TENANT_NAME"))
