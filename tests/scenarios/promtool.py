"""The only place that lets promtool judge a recording: which alerts fired, and when."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import yaml

from tests.scenarios.recording import Recording, Series, notation

FIRING = 'ALERTS{alertstate="firing"}'
_BLOCK = re.compile(r", time: (?P<time>\w+),\n +exp: .*\n +got: (?P<got>.*)")
_SAMPLE = re.compile(r"\{(?P<labels>[^}]*)\} \S+")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_PART = re.compile(r"(\d+)([wdhms])")
_UNITS_SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}

Labels = tuple[tuple[str, str], ...]


class Firing(NamedTuple):
    """A stretch of time in which an alert fired; ``until_minute`` is None if it still did in the end."""

    alert: str
    labels: Labels
    from_minute: float
    until_minute: float | None


@dataclass(frozen=True)
class Judge:
    """A rule file applied to recordings."""

    promtool: str
    rules: Path

    def failures(self, document: Mapping[str, Any]) -> str:
        """What promtool complains of in a test document; empty when everything is as expected."""
        with TemporaryDirectory() as directory:
            path = Path(directory) / "scenario.test.yaml"
            path.write_text(yaml.safe_dump({**document, "rule_files": [str(self.rules.resolve())]}))
            command = [self.promtool, "test", "rules", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def firings(self, recording: Recording) -> list[Firing]:
        """Every stretch in which an alert fired, in order of time."""
        step = evaluation_seconds(recording)
        moments = range(0, (recording.scrapes - 1) * recording.scrape_seconds + 1, step)
        nothing = [{"expr": FIRING, "eval_time": f"{at}s", "exp_samples": []} for at in moments]
        said = self.failures(document(recording, "firings", nothing))
        return stretches(dict(_firing_at(said)), moments)


def evaluation_seconds(recording: Recording) -> int:
    """How often the rules are evaluated: twice a scrape, where scrapes come each minute."""
    return max(30, recording.scrape_seconds // 2) if recording.scrape_seconds <= 60 else recording.scrape_seconds


def document(recording: Recording, name: str, queries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A test document of promtool."""
    return {
        "evaluation_interval": f"{evaluation_seconds(recording)}s",
        "tests": [
            {
                "name": name,
                "interval": f"{recording.scrape_seconds}s",
                "input_series": [
                    {"series": written(series), "values": notation(recording.values(series))}
                    for series in sorted(recording.series)
                ],
                "promql_expr_test": list(queries),
            }
        ],
    }


def written(series: Series) -> str:
    """A series as PromQL writes it."""
    name, labels = series
    written_labels = [f'{key}="{value}"' for key, value in labels]
    return f"{name}{{{','.join(written_labels)}}}"


def _firing_at(said: str) -> Iterator[tuple[int, frozenset[tuple[str, Labels]]]]:
    for block in _BLOCK.finditer(said):
        found = _SAMPLE.finditer(block["got"])
        yield _seconds(block["time"]), frozenset(_alert(dict(_LABEL.findall(sample["labels"]))) for sample in found)


def _alert(labels: dict[str, str]) -> tuple[str, Labels]:
    name = labels.pop("alertname")
    return name, tuple(sorted((key, value) for key, value in labels.items() if key not in ("__name__", "alertstate")))


def _seconds(time: str) -> int:
    return sum(int(number) * _UNITS_SECONDS[unit] for number, unit in _PART.findall(time))


def stretches(firing: Mapping[int, frozenset[tuple[str, Labels]]], moments: Sequence[int]) -> list[Firing]:
    """What fired at which moments, as stretches."""
    found, open_since = [], dict[tuple[str, Labels], int]()
    for at in moments:
        now = firing.get(at, frozenset())
        ended = open_since.keys() - now
        found += [Firing(*alert, open_since.pop(alert) / 60, at / 60) for alert in ended]
        open_since |= dict.fromkeys(now - open_since.keys(), at)
    found += [Firing(*alert, since / 60, None) for alert, since in open_since.items()]
    return sorted(found, key=lambda one: (one.from_minute, one.alert, one.labels))
