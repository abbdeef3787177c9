"""The only place that spoils the rules on purpose, to see that a scenario notices: figures, comparisons, labels.

``python -m tests.scenarios.mutation`` prints who survives.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from deploy.prometheus.rendering import Threshold, rendered, thresholds
from tests.scenarios.golden import TESTS
from tests.scenarios.promtool import FIRING, Judge

_FACTORS = (0.5, 2.0)
_OPPOSITES = {" > ": " < ", " < ": " > ", " >= ": " < ", " <= ": " > ", " == ": " != "}
_COMPARISON = re.compile("|".join(map(re.escape, sorted(_OPPOSITES, key=len, reverse=True))))

Rules = list[dict[str, Any]]


@dataclass(frozen=True)
class Mutant:
    """Rules with one thing wrong.

    Attributes:
        name: what is wrong.
        alerts: whose meaning changed.
    """

    name: str
    rules: Rules
    alerts: frozenset[str]


def mutants() -> Iterator[Mutant]:
    """Every figure halved and doubled, every comparison turned round, every severity another."""
    figures = thresholds()
    sound = _rules(figures)
    for name, figure in figures.items():
        for factor in _FACTORS:
            yield _mutant(f"{name} x{factor:g}", sound, _rules({**figures, name: _times(figure, factor)}))
    for index, rule in enumerate(sound):
        for number, match in enumerate(_COMPARISON.finditer(rule["expr"])):
            expr = rule["expr"][: match.start()] + _OPPOSITES[match.group()] + rule["expr"][match.end() :]
            yield _mutant(f"{_name(rule)} comparison {number + 1}", sound, _with(sound, index, expr=expr))
        if "alert" in rule:
            labels = {"severity": "info" if rule["labels"]["severity"] != "info" else "critical"}
            yield _mutant(f"{_name(rule)} severity", sound, _with(sound, index, labels=labels))


def _rules(figures: Mapping[str, Threshold]) -> Rules:
    rules: Rules = yaml.safe_load(rendered(figures))["groups"][0]["rules"]
    return rules


def _times(figure: Threshold, factor: float) -> Threshold:
    if figure.clock:
        return replace(figure, value=f"{figure.seconds * factor:.0f}s")
    return replace(figure, value=f"{float(figure.value) * factor:g}")


def _with(rules: Rules, index: int, **changes: Any) -> Rules:
    return [{**rule, **changes} if number == index else rule for number, rule in enumerate(rules)]


def _name(rule: Mapping[str, Any]) -> str:
    return str(rule.get("alert") or rule["record"])


def _mutant(name: str, sound: Rules, spoilt: Rules) -> Mutant:
    touched = {_name(rule) for rule, other in zip(sound, spoilt, strict=True) if _essence(rule) != _essence(other)}
    for rule in sound:  # recordings come before those who use them
        if any(other in rule["expr"] for other in touched):
            touched.add(_name(rule))
    return Mutant(name, spoilt, frozenset(rule["alert"] for rule in sound if rule.get("alert") in touched))


def _essence(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != "annotations"}


class Hunt:
    """Lets promtool judge mutants by the scenarios' test files."""

    def __init__(self, promtool: str, directory: Path) -> None:
        self._promtool, self._directory = promtool, directory
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._documents = {
            path.name.removesuffix(".test.yaml"): yaml.load(path.read_text(), loader)  # noqa: S506 - a safe loader
            for path in sorted(TESTS.glob("*.test.yaml"))
        }

    def killer(self, mutant: Mutant) -> str | None:
        """The scenario that notices; None if none does."""
        path = self._directory / f"{re.sub(r'[^a-zA-Z0-9.]', '-', mutant.name)}.rules.yaml"
        rules = [rule for rule in mutant.rules if "record" in rule or rule["alert"] in mutant.alerts]
        path.write_text(yaml.safe_dump({"groups": [{"name": "mutant", "rules": rules}]}))
        judge = Judge(self._promtool, path)
        return next((name for name in self._likely_first(mutant) if judge.failures(self._about(name, mutant))), None)

    def _likely_first(self, mutant: Mutant) -> Iterable[str]:
        return sorted(self._documents, key=lambda name: (not self._fires(name, mutant), self._size(name)))

    def _fires(self, name: str, mutant: Mutant) -> bool:
        return any(_alertname(sample) in mutant.alerts for _, sample in _samples(self._documents[name]))

    def _size(self, name: str) -> int:
        return len(str(self._documents[name]["tests"][0]["input_series"]))

    def _about(self, name: str, mutant: Mutant) -> dict[str, Any]:
        """The scenario's test, as far as it concerns the alerts whose meaning changed."""
        document = self._documents[name]
        only = f'alertstate="firing",alertname=~"{"|".join(sorted(mutant.alerts))}"'
        queries = [
            {
                **query,
                "expr": query["expr"].replace('alertstate="firing"', only),
                "exp_samples": [one for one in query["exp_samples"] if _alertname(one) in mutant.alerts],
            }
            for query in document["tests"][0]["promql_expr_test"]
        ]
        return {**document, "tests": [{**document["tests"][0], "promql_expr_test": queries}]}


def _samples(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for query in document["tests"][0]["promql_expr_test"]:
        assert FIRING in query["expr"]
        for sample in query["exp_samples"]:
            yield query["eval_time"], sample


def _alertname(sample: Mapping[str, Any]) -> str:
    found = re.search(r'alertname="(\w+)"', sample["labels"])
    assert found is not None
    return found[1]


def survivors(promtool: str) -> dict[str, frozenset[str]]:
    """The mutants that no scenario notices, with the alerts that they change."""
    with TemporaryDirectory() as directory, ThreadPoolExecutor(2) as pool:
        hunt, everybody = Hunt(promtool, Path(directory)), list(mutants())
        killers = pool.map(hunt.killer, everybody)
        return {mutant.name: mutant.alerts for mutant, killer in zip(everybody, killers, strict=True) if killer is None}


if __name__ == "__main__":
    for name, alerts in survivors(shutil.which("promtool") or "promtool").items():
        sys.stdout.write(f"{name}: {', '.join(sorted(alerts))}\n")
    sys.stdout.write(f"of {len(list(mutants()))} mutants\n")
