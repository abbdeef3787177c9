"""The rule files: made from one source, about metrics that exist, and each alert with its place in the runbook."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.prometheus.rendering import DEPLOY, HERE, Threshold, files, rendered, scaled, thresholds
from exporter.metrics.catalogue import FAMILIES
from exporter.settings.table import SETTINGS

RUNBOOK = (DEPLOY / "runbook.md").read_text()
RULES = yaml.safe_load(rendered(thresholds()))["groups"][0]["rules"]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
SAMPLES = {family.name for family in FAMILIES} | {"up", "sailpoint_exporter_api_request_duration_seconds_bucket"}
BLINDNESS = {"SailPointApiUnreachable", "SailPointCredentialsRejected", "SailPointDataStale", "SailPointExporterDown"}


def program(name: str, package: str) -> str:
    """The program's path; skips without it."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}: apt-get install -y --no-install-recommends {package}")
    return path


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(DEPLOY)))
def test_committed_rule_files_are_those_of_the_template(path: Path) -> None:
    """Nobody edits what is made."""
    assert path.read_text() == files()[path], "run: python -m deploy.prometheus.rendering"


def test_every_figure_is_used_and_has_a_reason() -> None:
    """The table of figures says nothing that the rules do not do."""
    template = (HERE / "rules.template.yaml").read_text()
    unused = {name for name in thresholds() if f"<<{name}>>" not in template and f"<<{name}.seconds>>" not in template}
    assert not unused
    assert all(figure.because for figure in thresholds().values())


def test_prometheus_takes_the_rules() -> None:
    """Promtool finds nothing to complain of."""
    done = subprocess.run(
        [program("promtool", "prometheus"), "check", "rules", HERE / "sailpoint-exporter.rules.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted((HERE / "scrape").iterdir()), ids=lambda path: path.stem)
def test_prometheus_takes_the_scrape_examples(path: Path, tmp_path: Path) -> None:
    """Promtool reads each with the rules that it names, and its exporters have the job that the rules know."""
    configuration = yaml.safe_load(path.read_text())
    for job in configuration["scrape_configs"]:
        job.pop("kubernetes_sd_configs", None)  # Debian's build does not know it
    (tmp_path / "sailpoint-exporter.rules.yaml").write_text(rendered(thresholds()))
    copy = tmp_path / "scrape" / path.name
    copy.parent.mkdir()
    copy.write_text(yaml.safe_dump(configuration))
    promtool = program("promtool", "prometheus")
    done = subprocess.run([promtool, "check", "config", copy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout
    assert "sailpoint-exporter" in [job["job_name"] for job in configuration["scrape_configs"]]


def test_alertmanager_takes_the_inhibition(tmp_path: Path) -> None:
    """Amtool takes the fragment in a configuration, and its rules name alerts that exist."""
    fragment = (DEPLOY / "alertmanager/inhibition.yaml").read_text()
    configuration = tmp_path / "alertmanager.yaml"
    configuration.write_text(f"route: {{receiver: nobody}}\nreceivers: [{{name: nobody}}]\n{fragment}")
    amtool = program("amtool", "prometheus-alertmanager")
    done = subprocess.run([amtool, "check-config", configuration], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert named_alerts(fragment) <= ALERTS.keys()
    assert named_alerts(fragment) >= BLINDNESS


def named_alerts(fragment: str) -> set[str]:
    """The alerts that matchers without a pattern name."""
    matchers = re.findall(r'alertname =~? "([^"]*)"', fragment)
    return {name for matcher in matchers for name in matcher.split("|") if re.fullmatch(r"SailPoint\w+", name)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_look_at_what_the_exporter_emits(rule: dict[str, Any]) -> None:
    """Every series that an expression or a text names is emitted, or recorded by an earlier rule."""
    earlier = {other["record"] for other in RULES[: RULES.index(rule)] if "record" in other}
    text = " ".join([rule["expr"], *rule.get("annotations", {}).values()])
    recorded = set(re.findall(r"\w+:sailpoint_\w+:\w+", text))
    emitted = set(re.findall(r"(?<![:\w/-])sailpoint_\w+(?!:)", text))
    assert recorded <= earlier
    assert emitted <= SAMPLES, "the exporter does not emit these"


@pytest.mark.parametrize("alert", ALERTS)
def test_alerts_say_what_they_mean_and_where_to_read_on(alert: str) -> None:
    """Summary, description, severity, and a heading of the runbook with its four parts."""
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert {"summary", "description", "runbook_url"} == rule["annotations"].keys()
    assert rule["annotations"]["runbook_url"].endswith(f"/deploy/runbook.md#{alert.lower()}")
    chapter = RUNBOOK.split(f"\n## {alert}\n")[1].split("\n## ")[0]
    assert re.findall(r"^\*\*(\w+)\.\*\*", chapter, re.MULTILINE) == ["Meaning", "Impact", "Diagnosis", "Mitigation"]


def test_the_runbook_knows_no_other_alert() -> None:
    """Every heading is an alert, every alert is in the list at the top."""
    assert set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == ALERTS.keys()
    top = RUNBOOK.split("\n## ")[0]
    assert {f"#{alert.lower()}" for alert in ALERTS} == set(re.findall(r"\((#\w+)\)", top))


def test_the_runbook_names_settings_that_exist() -> None:
    """A variable in it is one that the exporter reads."""
    known = {setting.environment for setting in SETTINGS}
    assert set(re.findall(r"SAIL_\w+", RUNBOOK)) <= known | {f"{name}_FILE" for name in known}


def test_one_name_for_each_severity() -> None:
    """The stock inhibition of kube-prometheus mutes a warning that shares its name with a critical alert."""
    names = [rule["alert"] for rule in RULES if "alert" in rule]
    assert len(names) == len(set(names))


def test_figures_are_scaled_for_a_faster_tenant() -> None:
    """What Prometheus reckons shrinks with the speed; what the tenant reckons, and plain numbers, stay."""
    figures = {
        "own": Threshold("5m", "why", "own"),
        "short": Threshold("30s", "why", "own"),
        "tenant": Threshold("5m", "why", "tenant"),
        "number": Threshold("2", "why"),
    }
    assert {name: figure.value for name, figure in scaled(figures, 60).items()} == {
        "own": "5s", "short": "1s", "tenant": "5m", "number": "2",
    }  # fmt: skip
