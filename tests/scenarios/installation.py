"""The only place that installs everything for real, as processes on loopback: simulated tenants, exporters, Prometheus.

Behind them Alertmanager with the inhibition fragment, and a receiver. The tenants' clock runs SPEED times as fast;
Prometheus' intervals and the rules' own durations are divided by it.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml

from deploy.prometheus.rendering import DEPLOY, rendered, scaled, thresholds
from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.scenario import load_scenario
from exporter.simulator.staging import staged
from tests.scenarios.expectations import resolved
from tests.scenarios.receiver import Notification, Receiver, receiving
from tests.whole.processes import Program, eventually, fetched, free_port, running

T = TypeVar("T")

SPEED = 30
SCRAPE_SECONDS = 60 // SPEED
EVALUATION_SECONDS = 1
PROMETHEUS, ALERTMANAGER = shutil.which("prometheus") or "", shutil.which("prometheus-alertmanager") or ""

_PATIENCE_SECONDS = 240.0
_LOOK_EVERY_SECONDS = 0.3


class Alert(NamedTuple):
    """An alert as Alertmanager has it.

    Attributes:
        state: ``active`` or ``suppressed``.
        inhibited_by: names of alerts.
    """

    name: str
    labels: Mapping[str, str]
    state: str
    inhibited_by: frozenset[str]


@dataclass(frozen=True)
class Installation:
    """Everything, running.

    Attributes:
        tenants: as they were at first; who is called by which name in the scenario.
        exporters: how each is started, which ends it if it runs.
        prometheuses: their addresses.
        alertmanager: its address.
    """

    tenants: Mapping[str, SimulatedTenant]
    exporters: Sequence["ExporterProcess"]
    prometheuses: Sequence[str]
    alertmanager: str
    receiver: Receiver

    def until(self, probe: Callable[[], T | None], what: str) -> T:
        """What ``probe`` gives as soon as it gives something."""
        described = f"{what}; {[(one.status, one.alert) for one in self.receiver.notifications]}"
        return eventually(probe, described, _PATIENCE_SECONDS, _LOOK_EVERY_SECONDS)

    def alerts(self, name: str | None = None, **labels: str) -> list[Alert]:
        """What Alertmanager has, of that name and these labels; ``client`` and ``cluster`` are names."""
        found = json.loads(answered(f"{self.alertmanager}/api/v2/alerts"))
        names = {each["fingerprint"]: each["labels"]["alertname"] for each in found}
        alerts = [_alert(each, names) for each in found]
        return [each for each in alerts if self._fits(each.labels, name, labels)]

    def notified(self, status: str | None = None, name: str | None = None, **labels: str) -> list[Notification]:
        """What people were told, of that name and these labels."""
        told = tuple(self.receiver.notifications)
        return [one for one in told if one.status == (status or one.status) and self._fits(one.labels, name, labels)]

    def _fits(self, found: Mapping[str, str], name: str | None, labels: Mapping[str, str]) -> bool:
        wanted = resolved(labels, self.tenants) | ({"alertname": name} if name else {})
        return wanted.items() <= found.items()

    def firing(self, prometheus: str, name: str) -> bool:
        """Whether that server has an alert of that name firing."""
        found = json.loads(answered(f"{prometheus}/api/v1/alerts"))["data"]["alerts"]
        return any(each["labels"]["alertname"] == name and each["state"] == "firing" for each in found)


class ExporterProcess:
    """An exporter that can be ended and started again."""

    def __init__(self, port: int, configuration: Path, processes: ExitStack) -> None:
        self.target = f"127.0.0.1:{port}"
        self._arguments = [f"--config.file={configuration}", f"--web.listen-address={self.target}"]
        self._processes = processes
        self._program: Program | None = None

    def start(self) -> None:
        """Start it and wait until it can serve; it asks no tenant meanwhile."""
        self._program = self._processes.enter_context(running(self._arguments))
        eventually(partial(fetched, f"http://{self.target}/-/ready"), "the exporter", _PATIENCE_SECONDS)

    def end(self) -> None:
        """End it."""
        assert self._program is not None
        self._program.end()


@contextmanager
def installed(scenario_path: Path, folder: Path, prometheuses: int = 1) -> Iterator[Installation]:
    """Everything for a scenario, which begins when all but Prometheus is there."""
    scenario = load_scenario(scenario_path)
    folder.mkdir()
    with ExitStack() as processes:
        receiver = processes.enter_context(receiving())
        alertmanager = _alertmanager(folder, receiver, processes)
        first_port = free_ports(len(scenario.tenants))
        urls = {name: f"http://127.0.0.1:{port}" for port, name in enumerate(scenario.tenants, first_port)}
        configuration = _exporter_configuration(urls, folder)
        exporters = [ExporterProcess(free_port(), configuration, processes) for _ in range(scenario.exporter.replicas)]
        for exporter in exporters:
            exporter.start()
        _simulation(scenario_path, urls, processes)
        addresses = [
            _prometheus(folder / f"prometheus-{number}", [each.target for each in exporters], alertmanager, processes)
            for number in range(prometheuses)
        ]
        tenants = staged(replace(scenario, events=()), epoch_seconds=lambda: 0.0)
        yield Installation(tenants, exporters, addresses, f"http://{alertmanager}", receiver)


def free_ports(count: int) -> int:
    """The first of as many consecutive loopback ports that nobody listens on."""
    while True:
        first = free_port()
        with ExitStack() as probes:
            try:
                for port in range(first, first + count):
                    probes.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first


def answered(url: str) -> str:
    """The text of a page that is there."""
    answer = fetched(url)
    assert answer is not None, url
    status, text = answer
    assert status == 200, text
    return text


def _alert(found: Mapping[str, Any], names: Mapping[str, str]) -> Alert:
    status = found["status"]
    inhibited_by = frozenset(names.get(fingerprint, fingerprint) for fingerprint in status["inhibitedBy"])
    return Alert(found["labels"]["alertname"], found["labels"], status["state"], inhibited_by)


def _alertmanager(folder: Path, receiver: Receiver, processes: ExitStack) -> str:
    """Alertmanager with the inhibition fragment, which tells of each alert by itself; its address."""
    route = {"receiver": "people", "group_by": ["..."], "group_wait": "3s", "group_interval": "5s"}
    people = {"name": "people", "webhook_configs": [{"url": receiver.url}]}
    inhibition = (DEPLOY / "alertmanager" / "inhibition.yaml").read_text()
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump({"route": route | {"repeat_interval": "4h"}, "receivers": [people]}) + inhibition)
    options = [f"--config.file={file}", f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address="]
    return _served(ALERTMANAGER, options, processes)


def _prometheus(folder: Path, targets: Sequence[str], alertmanager: str, processes: ExitStack) -> str:
    """A Prometheus like its replicas but for an external label, which is dropped from alerts; its address."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(rendered(scaled(thresholds(), SPEED)))
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(_prometheus_configuration(folder.name, targets, alertmanager)))
    options = [
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--query.lookback-delta={300 // SPEED}s",
    ]
    return f"http://{_served(PROMETHEUS, options, processes)}"


def _prometheus_configuration(replica: str, targets: Sequence[str], alertmanager: str) -> dict[str, Any]:
    """The shipped scrape job at the scenario's pace, see https://prometheus.io/docs/prometheus/latest/configuration."""
    shipped = yaml.safe_load((DEPLOY / "prometheus" / "scrape" / "static.yaml").read_text())
    [job] = shipped["scrape_configs"]
    pace = {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s"}
    return {
        "global": {"evaluation_interval": f"{EVALUATION_SECONDS}s", "external_labels": {"prometheus_replica": replica}},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [job | pace | {"static_configs": [{"targets": list(targets)}]}],
        "alerting": {
            "alert_relabel_configs": [{"action": "labeldrop", "regex": "prometheus_replica"}],
            "alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}],
        },
    }


def _served(program: str, options: Sequence[str], processes: ExitStack) -> str:
    address = f"127.0.0.1:{free_port()}"
    processes.enter_context(running([*options, f"--web.listen-address={address}"], program=(program,)))
    eventually(partial(_ready, address), program, _PATIENCE_SECONDS)
    return address


def _ready(address: str) -> bool | None:
    answer = fetched(f"http://{address}/-/ready")
    return (answer is not None and answer[0] == 200) or None


def _exporter_configuration(urls: Mapping[str, str], folder: Path) -> Path:
    secret, file = folder / "secret", folder / "exporter.yaml"
    secret.touch(mode=0o600)
    secret.write_text(DEMO_CREDENTIAL.client_secret)
    credential = {"client_id": DEMO_CREDENTIAL.client_id, "client_secret_file": secret.name, "rate_budget": 1000}
    tenants = [{"name": name, "base_url": url} | credential for name, url in urls.items()]
    file.write_text(yaml.safe_dump({"tenants": tenants, "scrape": {"min_interval": "500ms"}}))
    return file


def _simulation(scenario: Path, urls: Mapping[str, str], processes: ExitStack) -> None:
    listen = next(iter(urls.values())).removeprefix("http://")
    options = [f"--scenario={scenario}", f"--speed={SPEED}", f"--listen={listen}", "--rate-limit=0"]
    processes.enter_context(running(["simulate", *options]))
    for url in urls.values():
        eventually(partial(fetched, f"{url}/oauth/info"), "the simulated tenant", _PATIENCE_SECONDS)
