"""The settings that hold are shown with their origin, and none of them shows a secret."""

from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.settings.effective import MASK, Effective, as_text, effective
from exporter.settings.table import SETTINGS

CANARY = "CANARY-aGVsbG8-secret"
ENOUGH = {
    "SAIL_BASE_URL": "https://acme.api.identitynow.com/",
    "SAIL_CLIENT_ID": f"{CANARY}-id",
    "SAIL_CLIENT_SECRET": CANARY,
}


def shown(flags: dict[str, str], environ: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Value and origin of each setting, by its name."""
    settings = effective(flags, environ)
    assert CANARY not in as_text(settings)
    return {name: (value, origin) for name, value, origin in settings}


def test_every_setting_is_shown_once() -> None:
    """Nothing that holds is left out."""
    names = [setting.name for setting in effective({}, ENOUGH)]
    assert sorted(names) == sorted(setting.environment for setting in SETTINGS)


def test_value_is_shown_with_its_origin(tmp_path: Path) -> None:
    """Flag, variable, file in the secrets directory, key of the configuration file and default are told apart."""
    (tmp_path / "rate_budget").write_text("20\n")
    file = tmp_path / "config.yml"
    file.write_text("log: {format: json}")
    environ = ENOUGH | {"SAIL_SECRETS_DIR": str(tmp_path), "SAIL_MANAGED_CLIENTS": "5678:CCG,9012"}
    settings = shown({"SAIL_LOG__LEVEL": "debug", "SAIL_CONFIG_FILE": str(file)}, environ)
    assert settings["SAIL_LOG__LEVEL"] == ("debug", "--log.level")
    assert settings["SAIL_MANAGED_CLIENTS"] == ("5678:CCG,9012", "SAIL_MANAGED_CLIENTS")
    assert settings["SAIL_RATE_BUDGET"] == ("20", f"{tmp_path}/rate_budget")
    assert settings["SAIL_LOG__FORMAT"] == ("json", f"{file}: log.format")
    assert settings["SAIL_SCRAPE__CONCURRENCY"] == ("10", "default")
    assert settings["SAIL_CONFIG_FILE"] == (str(file), "--config.file")
    assert settings["SAIL_SECRETS_DIR"] == (str(tmp_path), "SAIL_SECRETS_DIR")


def test_what_may_be_in_a_secrets_file_is_masked(tmp_path: Path) -> None:
    """Secrets are shown as given, and from where, but never themselves."""
    (tmp_path / "secret").write_text(CANARY)
    environ = ENOUGH | {"SAIL_PROXY_URL": f"http://u:{CANARY}@proxy.example", "SAIL_CLIENT_SECRET": ""}
    settings = shown({}, environ | {"SAIL_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert settings["SAIL_CLIENT_ID"] == (MASK, "SAIL_CLIENT_ID")
    assert settings["SAIL_CLIENT_SECRET"] == (MASK, "SAIL_CLIENT_SECRET_FILE")
    assert settings["SAIL_PROXY_URL"] == (MASK, "SAIL_PROXY_URL")


def test_default_that_depends_on_others_is_shown_as_it_came_out() -> None:
    """The tenant's name and whether clients are discovered follow from other settings."""
    settings = shown({}, ENOUGH)
    assert settings["SAIL_TENANT_NAME"] == ("acme", "default")
    assert settings["SAIL_DISCOVERY__ENABLED"] == ("true", "default")
    assert settings["SAIL_PROXY_URL"] == ("none", "default")
    assert shown({}, ENOUGH | {"SAIL_MANAGED_CLIENTS": "a"})["SAIL_DISCOVERY__ENABLED"] == ("false", "default")


def test_each_tenant_of_a_file_is_shown(tmp_path: Path) -> None:
    """Tenants are told apart by their places, lists are shown as in a variable."""
    (tmp_path / "secret").write_text(CANARY)
    file = tmp_path / "config.yml"
    file.write_text(f"""
tenants:
  - base_url: https://a.example
    client_id: {CANARY}
    client_secret_file: secret
    discovery: {{types: [CCG, VA]}}
  - base_url: https://b.example
    client_id: b
    client_secret_file: secret
    managed_clients: [{{type: CCG, id: 5678}}, {{id: 77}}, "9012:VA"]
    discovery: {{exclude_provision_status: []}}
""")
    settings = shown({"SAIL_CONFIG_FILE": str(file)}, {})
    assert settings["tenants[0].discovery.types"] == ("CCG,VA", f"{file}: tenants[0].discovery.types")
    assert settings["tenants[0].client_secret"] == (MASK, f"{file}: tenants[0].client_secret_file")
    assert settings["tenants[1].managed_clients"][0] == "5678:CCG,77,9012:VA"
    assert settings["tenants[1].discovery.exclude_provision_status"][0] == "[]"
    assert settings["tenants[1].name"] == ("b", "default")
    assert settings["SAIL_LOG__LEVEL"] == ("info", "default")


def test_settings_that_cannot_be_used_are_not_shown() -> None:
    """A value that is refused may be a secret in the wrong place."""
    with pytest.raises(SettingsError) as caught:
        effective({}, ENOUGH | {"SAIL_BASE_URL": f"https://x:{CANARY}@acme.example"})
    assert CANARY not in str(caught.value)


def test_text_has_columns() -> None:
    """A person reads name, value and origin side by side."""
    assert as_text([Effective("a", "1", "default"), Effective("bcd", "23456", "--x")]) == (
        "a    1      default\nbcd  23456  --x\n"
    )
