"""README.md lists every metric. ``python -m tests.metrics.test_readme`` prints the table."""

from pathlib import Path

from exporter.metrics.catalogue import FAMILIES

README = Path(__file__).parents[2] / "README.md"


def metrics_table() -> str:
    """The table between ``<!-- metrics -->`` and ``<!-- /metrics -->``."""
    rows = [
        f"| `{family.name}` | {family.type} | {' '.join(f'`{label}`' for label in family.labels)} | {family.help} |"
        for family in FAMILIES
    ]
    return "\n".join(["| family | type | labels | meaning |", "|---|---|---|---|", *rows])


def test_the_readme_lists_every_metric() -> None:
    """Name, type, labels and meaning are those of the code, in its order."""
    text = README.read_text(encoding="utf-8")
    listed = text.split("<!-- metrics -->")[1].split("<!-- /metrics -->")[0]
    assert listed.strip() == metrics_table(), "paste the output of: python -m tests.metrics.test_readme"


if __name__ == "__main__":
    print(metrics_table())  # noqa: T201 - this is what it is for
