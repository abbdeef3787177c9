"""What each source gives, and which one wins."""

from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.settings import sources
from exporter.settings.sources import Given
from exporter.settings.table import CLIENT_ID, CLIENT_SECRET, LISTEN_ADDRESS, SETTINGS

LISTEN = LISTEN_ADDRESS.environment


def test_flag_wins_over_environment_and_that_over_the_secrets_directory(tmp_path: Path) -> None:
    """The order of the sources is flag, environment, secrets directory, and each tells where a value is from."""
    (tmp_path / "web__listen_address").write_text(":3\n")
    environ = {"SAIL_SECRETS_DIR": str(tmp_path)}

    by_directory = sources.given(LISTEN_ADDRESS, sources.layers({}, environ))
    by_environment = sources.given(LISTEN_ADDRESS, sources.layers({}, environ | {LISTEN: ":2"}))
    by_flag = sources.given(LISTEN_ADDRESS, sources.layers({LISTEN: ":1"}, environ | {LISTEN: ":2"}))

    assert by_directory == Given(":3", str(tmp_path / "web__listen_address"))
    assert by_environment == Given(":2", "SAIL_WEB__LISTEN_ADDRESS")
    assert by_flag == Given(":1", "--web.listen-address")
    assert sources.given(LISTEN_ADDRESS, sources.layers({}, {})) is None


def test_empty_text_counts_as_not_given() -> None:
    """A variable that compose passes on empty does not hide the default."""
    assert sources.given(LISTEN_ADDRESS, sources.layers({LISTEN: ""}, {LISTEN: "", "SAIL_SECRETS_DIR": ""})) is None


def test_tenant_has_no_flags() -> None:
    """A secret on the command line is not listened to, since every user of the machine could read it."""
    assert sources.layers({"SAIL_CLIENT_SECRET": "CANARY"}, {})[0] == {}
    assert not [setting for setting in SETTINGS if setting.flag and setting.of_tenant]


def test_credential_given_as_a_file_stays_a_path() -> None:
    """Files with a credential are read again at each token request, so that their path is what is given."""
    layers = sources.layers({}, {"SAIL_CLIENT_SECRET_FILE": "/run/secret", "SAIL_CLIENT_ID": "id"})
    assert sources.given(CLIENT_SECRET, layers) == Given(Path("/run/secret"), "SAIL_CLIENT_SECRET_FILE")
    assert sources.given(CLIENT_ID, layers) == Given("id", "SAIL_CLIENT_ID")


def test_secrets_directory_gives_paths_of_credentials_and_texts_of_the_rest(tmp_path: Path) -> None:
    """A whole mounted secret can have the credential and other settings; what is unknown in it is left alone."""
    for name, text in {"client_id": "id", "client_secret": "CANARY", "tenant_name": " acme\n", "other": "x"}.items():
        (tmp_path / name).write_text(text)

    layer = sources.layers({}, {"SAIL_SECRETS_DIR": str(tmp_path)})[2]

    assert {setting.environment: given.value for setting, given in layer.items()} == {
        "SAIL_CLIENT_ID": tmp_path / "client_id",
        "SAIL_CLIENT_SECRET": tmp_path / "client_secret",
        "SAIL_TENANT_NAME": "acme",
    }


def test_empty_file_counts_as_not_given(tmp_path: Path) -> None:
    """A file without text does not hide the default."""
    (tmp_path / "tenant_name").write_text("\n")
    assert sources.layers({}, {"SAIL_SECRETS_DIR": str(tmp_path)})[2] == {}


def test_secrets_directory_must_exist(tmp_path: Path) -> None:
    """A directory that is not there is a problem, not an empty source."""
    with pytest.raises(SettingsError, match="SAIL_SECRETS_DIR: must name a directory that can be read"):
        sources.layers({}, {"SAIL_SECRETS_DIR": str(tmp_path / "nowhere")})


def test_settings_in_the_secrets_directory_must_be_files(tmp_path: Path) -> None:
    """What has a setting's name and is a directory is refused by its path."""
    (tmp_path / "base_url").mkdir()
    with pytest.raises(SettingsError, match=r"base_url: cannot be read \(IsADirectoryError\)"):
        sources.layers({}, {"SAIL_SECRETS_DIR": str(tmp_path)})


def test_file_in_the_secrets_directory_must_be_text(tmp_path: Path) -> None:
    """What is no UTF-8 is refused by its path."""
    (tmp_path / "tenant_name").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"tenant_name: cannot be read \(UnicodeDecodeError\)"):
        sources.layers({}, {"SAIL_SECRETS_DIR": str(tmp_path)})


def test_given_does_not_show_its_value() -> None:
    """The value may be a secret."""
    assert "CANARY" not in repr(Given("CANARY", "SAIL_CLIENT_SECRET"))


def test_value_and_file_together_are_refused() -> None:
    """Which of the two is meant cannot be known."""
    environ = {"SAIL_CLIENT_SECRET": "CANARY", "SAIL_CLIENT_SECRET_FILE": "/run/secret", "SAIL_CLIENT_ID": "id"}
    assert list(sources.problems({}, environ)) == [
        "SAIL_CLIENT_SECRET and SAIL_CLIENT_SECRET_FILE: only one of them may be set"
    ]


@pytest.mark.parametrize(
    ("flags", "environ"), [({"SAIL_CONFIG_FILE": "a.yml"}, {}), ({}, {"SAIL_CONFIG_FILE": "a.yml"})]
)
def test_configuration_file_is_refused(flags: dict[str, str], environ: dict[str, str]) -> None:
    """A configuration file is refused rather than ignored."""
    (problem,) = sources.problems(flags, environ)
    assert problem.startswith("SAIL_CONFIG_FILE, --config.file: configuration files are not supported")
