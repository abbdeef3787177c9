"""README.md's table of settings is the one in the code: run this module to print it."""

from collections.abc import Iterator
from pathlib import Path

from exporter.settings.table import REQUIRED, SETTINGS, Setting

README = Path(__file__).parents[2] / "README.md"


def markdown_table() -> str:
    """The table of settings, as README.md has it between its markers."""
    return "\n".join(("| variable | flag | default | meaning |", "|---|---|---|---|", *map(_row, SETTINGS)))


def _row(setting: Setting) -> str:
    return f"| {' | '.join(_cells(setting))} |"


def _cells(setting: Setting) -> Iterator[str]:
    yield " or ".join(f"`{name}`" for name in setting.environments)
    yield f"`{setting.flag}`" if setting.flag else ""
    yield setting.default if " " in setting.default or setting.default in {REQUIRED, "none"} else f"`{setting.default}`"
    yield setting.meaning


def test_readme_has_the_table_of_settings() -> None:
    """Every setting is in the README as the code has it, and nothing else is."""
    between = README.read_text(encoding="utf-8").split("<!-- settings -->")[1].split("<!-- /settings -->")[0]
    assert between.strip() == markdown_table()


def test_no_meaning_breaks_the_table() -> None:
    """A table's cell has neither a line break nor a bar."""
    assert not [setting for setting in SETTINGS if {"\n", "|"} & set(setting.meaning + setting.default)]


if __name__ == "__main__":
    print(markdown_table())  # noqa: T201 - for whoever changes the table
