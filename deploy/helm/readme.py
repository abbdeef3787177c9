"""The only place that makes the table of values in the chart's README, from the comments above them.

Run as ``python -m deploy.helm.readme`` from the repository's root, after a change of values.yaml.
"""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

__all__ = ["CHART", "Value", "documented", "values"]

CHART = Path(__file__).parent / "sailpoint-exporter"

_START, _END = "<!-- values -->", "<!-- /values -->"


class Value(NamedTuple):
    """A value that users may set.

    Attributes:
        name: its keys, joined by dots.
        default: in JSON.
        meaning: the comment above it, in Markdown; "" when there is none.
    """

    name: str
    default: str
    meaning: str


def values(text: str) -> tuple[Value, ...]:
    """Every value of a values.yaml, mappings before what is in them, in the order of the file."""
    return tuple(_values(yaml.compose(text, Loader=yaml.SafeLoader), "", text.splitlines()))


def _values(node: yaml.Node | None, prefix: str, lines: list[str]) -> Iterator[Value]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        name = prefix + key.value
        yield Value(name, json.dumps(yaml.safe_load(yaml.serialize(value))), _comment(lines[: key.start_mark.line]))
        yield from _values(value, f"{name}.", lines)


def _comment(lines: list[str]) -> str:
    """The comment at the end of some lines, as one line."""
    last = itertools.takewhile(lambda line: line.startswith("#"), map(str.strip, reversed(lines)))
    return " ".join(line.removeprefix("#").strip() for line in reversed([*last]))


def documented(readme: str, values_yaml: str) -> str:
    """A README with the table of values between its two marks."""
    before, _, rest = readme.partition(_START)
    rows = [
        f"| `{value.name}` | `{value.default}` | {value.meaning} |" for value in values(values_yaml) if value.meaning
    ]
    table = "\n".join(["| value | default | meaning |", "|---|---|---|", *rows])
    return f"{before}{_START}\n\n{table}\n\n{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    _README = CHART / "README.md"
    _README.write_text(documented(_README.read_text("utf-8"), (CHART / "values.yaml").read_text("utf-8")), "utf-8")
