"""The only place for what is kept of played scenarios: promtool's test files, and the table of what fired when.

``python -m tests.scenarios.golden`` plays all scenarios, or those named, and writes them anew.
"""

import logging
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from deploy.prometheus.rendering import HERE
from exporter.simulator.scenario import named_scenario, scenario_names
from tests.scenarios.expectations import Outcome, Verdict, verdict
from tests.scenarios.playing import play
from tests.scenarios.promtool import FIRING, Firing, Judge, document, evaluation_seconds
from tests.scenarios.recording import Recording

RULES = HERE / "sailpoint-exporter.rules.yaml"
TESTS = HERE / "tests"
TABLE = HERE / "SCENARIOS.md"

_MADE = (
    "# Made by `python -m tests.scenarios.golden`: pages of the exporter that watched this scenario, and what fired.\n"
)
_HEAD = """\
# Scenarios

Made by `python -m tests.scenarios.golden`: the exporter really watched each of these simulated tenants, scraped as by
Prometheus, and the rules judged its pages. Minutes count from the beginning; *by* is the promise, *fired* and *ended*
are what happened. An alert that is not listed stayed silent. `sailpoint-exporter demo --scenario NAME --speed 60` shows
any of them live.

| scenario | expected alert | of | by | fired | ended by | ended | false alarms |
|---|---|---|---|---|---|---|---|
"""


def judged(name: str, judge: Judge) -> tuple[Verdict, Recording, list[Firing]]:
    """A scenario, played and judged."""
    scenario = named_scenario(name)
    recording, tenants = play(scenario)
    firings = judge.firings(recording)
    return verdict(name, scenario, tenants, firings), recording, firings


def as_test(name: str, recording: Recording, firings: Iterable[Firing]) -> str:
    """The scenario as a test of promtool: what fires just before and from each moment at which that changes."""
    firings = tuple(firings)
    step, end = evaluation_seconds(recording), (recording.scrapes - 1) * recording.scrape_seconds
    changes = {int(minute * 60) for one in firings for minute in (one.from_minute, one.until_minute) if minute}
    moments = sorted({moment for change in changes for moment in (change - step, change)} | {end})
    queries = [{"expr": FIRING, "eval_time": f"{at}s", "exp_samples": list(_samples(at, firings))} for at in moments]
    whole = f"count_over_time({FIRING}[{end + step}s])"
    queries.append({"expr": whole, "eval_time": f"{end}s", "exp_samples": _counts(firings, range(0, end + 1, step))})
    tests = document(recording, name, queries)
    return _MADE + yaml.safe_dump({"rule_files": [f"../{RULES.name}"], **tests}, sort_keys=False, width=1_000_000)


def _counts(firings: Iterable[Firing], moments: Iterable[int]) -> list[dict[str, object]]:
    """How often each alert fired in all, so that none fires unseen between the moments looked at."""
    counts = Counter(str(sample["labels"]) for at in moments for sample in _samples(at, firings))
    return [{"labels": labels.removeprefix("ALERTS"), "value": count} for labels, count in sorted(counts.items())]


def _samples(at_seconds: int, firings: Iterable[Firing]) -> Iterator[dict[str, object]]:
    for one in firings:
        if one.from_minute * 60 <= at_seconds and (one.until_minute is None or at_seconds < one.until_minute * 60):
            labels = {"alertname": one.alert, "alertstate": "firing", **dict(one.labels)}
            written = ",".join(f'{key}="{value}"' for key, value in labels.items())
            yield {"labels": f"ALERTS{{{written}}}", "value": 1}


def table(verdicts: Iterable[Verdict]) -> str:
    """What was expected of all scenarios, and what came of it."""
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for each in verdicts for row in _rows(each))


def _rows(verdict: Verdict) -> Iterator[tuple[str, ...]]:
    name, alarms = f"**{verdict.name}** {verdict.scenario.summary}", str(len(verdict.false_alarms))
    if not verdict.outcomes:
        yield name, "none", "", "", "", "", "", alarms
    for number, outcome in enumerate(verdict.outcomes):
        yield ("" if number else name, *_cells(outcome), "" if number else alarms)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    expected, fired = outcome.expected, outcome.fired[0] if outcome.fired else None
    return (
        expected.alert,
        " ".join(f"{key} {value}" for key, value in expected.labels.items()),
        _minute(expected.fires_by),
        _minute(fired.from_minute) if fired else "**never**",
        _minute(expected.resolves_by),
        _minute(fired.until_minute) if fired else "",
    )


def _minute(minute: float | None) -> str:
    return "" if minute is None else f"{minute:g}"


def main(names: list[str]) -> int:
    """Play, write, and tell what is not as expected; the number of problems."""
    logging.disable()  # the exporters' own words
    judge, verdicts, problems = Judge(shutil.which("promtool") or "promtool", RULES), [], 0
    TESTS.mkdir(exist_ok=True)
    for name in names or scenario_names():
        found, recording, firings = judged(name, judge)
        (TESTS / f"{name}.test.yaml").write_text(as_test(name, recording, firings))
        verdicts.append(found)
        for problem in found.problems():
            problems += 1
            sys.stderr.write(f"{name}: {problem}\n")
    if not names:
        Path(TABLE).write_text(table(verdicts))
    return problems


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
