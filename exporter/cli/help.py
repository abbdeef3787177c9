"""The only place for the form of help texts: options apart from settings, settings by what they are about."""

import itertools
from collections.abc import Iterator, Sequence

import click

from exporter.settings.table import PREFIX, SETTINGS, Setting

__all__ = ["EXIT_STATUSES", "Command", "write_settings"]

_TITLES = {
    "tenant": "Settings of the tenant, from the environment or the secrets directory",
    "scrape": "Settings of the collection, from a flag, the environment or the secrets directory",
    "web": "Settings of the pages, likewise",
    "log": "Settings of the log, likewise",
    "": "Where settings are found",
}

EXIT_STATUSES = (
    ("0", "stopped, or done"),
    ("1", "a failure while running; one line on stderr says what to do"),
    ("2", "the configuration or the command line cannot be used; one line for each problem"),
    ("3", "check found problems"),
)


class Command(click.Command):
    """A command whose help tells the flags of settings from its own options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes both lists."""
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        for title, of_settings in (("Options", False), ("Settings, each also from the variable that it names", True)):
            chosen = [option for option in options if str(option.name).startswith(PREFIX) is of_settings]
            with formatter.section(title):
                formatter.write_dl([record for option in chosen if (record := option.get_help_record(ctx))])


def write_settings(formatter: click.HelpFormatter) -> None:
    """Write the list of settings, section by section."""
    for title, settings in _sections(SETTINGS):
        with formatter.section(title):
            formatter.write_dl([(" or ".join(setting.environments), setting.plain_meaning) for setting in settings])


def _sections(settings: Sequence[Setting]) -> Iterator[tuple[str, list[Setting]]]:
    by_topic = sorted(settings, key=lambda setting: list(_TITLES).index(_topic(setting)))
    for topic, members in itertools.groupby(by_topic, key=_topic):
        yield _TITLES[topic], list(members)


def _topic(setting: Setting) -> str:
    return "tenant" if setting.of_tenant else setting.key.partition(".")[0]
