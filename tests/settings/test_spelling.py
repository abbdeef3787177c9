"""Misspelt variables are told, with what was meant."""

import pytest

from exporter.settings.spelling import misspelt
from exporter.settings.table import SETTINGS


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SAIL_CLIENT_SECERT", "SAIL_CLIENT_SECRET"),
        ("SAIL_CLIENTID", "SAIL_CLIENT_ID"),
        ("sail_base_url", "SAIL_BASE_URL"),
        ("SAIL_LOG_LEVEL", "SAIL_LOG__LEVEL"),
        ("SAIL_WEB_LISTEN_ADDRESS", "SAIL_WEB__LISTEN_ADDRESS"),
        ("SAIL_BASE_URL_FILE", "SAIL_BASE_URL"),
    ],
)
def test_misspelt_variable_is_told_with_the_nearest_name(name: str, meant: str) -> None:
    """A name that resembles a setting's is answered with that setting's."""
    assert list(misspelt([name])) == [f"{name}: there is no such setting; did you mean {meant}?"]


def test_name_that_resembles_nothing_gets_no_suggestion() -> None:
    """Without a near name none is made up."""
    assert list(misspelt(["SAIL_QWX"])) == ["SAIL_QWX: there is no such setting"]


def test_name_with_control_characters_is_told_on_one_line() -> None:
    """A variable's name cannot forge a second line."""
    (line,) = misspelt(["SAIL_\nevil"])
    assert line.startswith(r"SAIL_\nevil: there is no such setting")


def test_every_setting_is_known() -> None:
    """No name in the table of settings is taken for a misspelling, nor is that of the configuration file."""
    names = [name for setting in SETTINGS for name in setting.environments]
    assert list(misspelt([*names, "SAIL_CONFIG_FILE"])) == []


@pytest.mark.parametrize(
    "name",
    [
        "SAIL_AUTHTYPE",
        "SAIL_DEBUG",
        "SAIL_ACTIVEENVIRONMENT",
        "SAIL_NERM_BASE_URL",
        "SAIL_SERVICE_HOST",
        "SAIL_PORT",
        "SAIL_PORT_9853_TCP_ADDR",
        "SAIL_EXPORTER_SERVICE_PORT_METRICS",
        "SAILPOINT_EXPORTER_PORT",
        "PATH",
        "XSAIL_X",
    ],
)
def test_variables_of_others_are_left_alone(name: str) -> None:
    """The vendor's own tools, Kubernetes' service variables and everybody else may set what they like."""
    assert list(misspelt([name])) == []
