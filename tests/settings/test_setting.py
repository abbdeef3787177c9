"""A setting knows its names in every source."""

import pytest

from exporter.settings.setting import Place, Setting, spelled
from exporter.settings.table import CA_FILE, CLIENT_SECRET, CONFIG_FILE, DISCOVERY_ENABLED, LISTEN_ADDRESS, SETTINGS


def test_place_leads_to_the_tenant_asked_for() -> None:
    """A tenant's setting has a place for each tenant, a process' setting has one."""
    assert DISCOVERY_ENABLED.place(2) == ("tenants", 2, "discovery", "enabled")
    assert LISTEN_ADDRESS.place(2) == ("web", "listen_address")


@pytest.mark.parametrize(
    ("place", "text"), [((), ""), (("web", "listen_address"), "web.listen_address"), (("tenants", 0), "tenants[0]")]
)
def test_places_are_spelled_as_in_documents(place: Place, text: str) -> None:
    """Keys are joined by dots, positions stand in brackets."""
    assert spelled(place) == text


@pytest.mark.parametrize(("setting", "file"), [(CA_FILE, True), (CLIENT_SECRET, False), (CONFIG_FILE, False)])
def test_path_is_not_the_file_of_a_value(setting: Setting, file: bool) -> None:  # noqa: FBT001 - a column of the table
    """A setting whose value is a path is told from one whose value may be in a file, and from where others are."""
    assert setting.names_a_file is file


def test_no_two_settings_have_a_name_in_common() -> None:
    """Variables, those of files included, are unique, and so are flags and keys."""
    environments = [name for setting in SETTINGS for name in setting.environments]
    flags = [setting.flag for setting in SETTINGS if setting.flag]
    keys = [setting.key for setting in SETTINGS if setting.key]
    for names in (environments, flags, keys):
        assert len(names) == len(set(names))


def test_what_a_configuration_file_may_not_have_can_be_in_a_file() -> None:
    """There is a way to give every secret."""
    assert all(setting.or_file for setting in SETTINGS if setting.secret)
