"""The form of help texts."""

import re

from exporter.cli.help import EXIT_STATUSES
from exporter.settings.table import SETTINGS
from tests.cli.commands import invoke


def help_of(*args: str) -> str:
    """A help text."""
    return invoke(*args, "--help").output


def test_settings_are_grouped_by_what_they_are_about() -> None:
    """Each variable stands once, in the section of its kind, in the order of the table."""
    text = help_of()
    titles = ("of the tenant", "of the collection", "of the pages", "of the log", "Where settings are found")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert places[0] < text.index("SAIL_BASE_URL") < places[1] < text.index("SAIL_SCRAPE__CONCURRENCY") < places[2]
    assert text.index("SAIL_SECRETS_DIR") > places[-1]
    assert all(len(re.findall(rf"^  {setting.environment}\b", text, re.MULTILINE)) == 1 for setting in SETTINGS)


def test_exit_statuses_are_explained() -> None:
    """A script's author need not look further."""
    text = help_of().split("Exit status:")[1]
    assert re.findall(r"^  (\d)  ", text, re.MULTILINE) == [status for status, _ in EXIT_STATUSES]


def test_flags_of_settings_stand_apart() -> None:
    """A command's own options come first, then the flags of settings; a section without any is left out."""
    own, of_settings = help_of("scrape").split("Settings, each also from the variable that it names:")
    assert "--debug" in own
    assert "--log.level" not in own
    assert "--log.level" in of_settings
    assert "Settings, each" not in help_of("simulate")
