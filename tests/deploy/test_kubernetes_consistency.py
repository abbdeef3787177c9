"""What the rendered files say of each other, and of the exporter: names, labels, ports, paths, settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from exporter.cli.config import validated
from exporter.settings.table import CLIENT_ID, CLIENT_SECRET, CONFIG_FILE, SECRETS_DIR, WEB_CONFIG_FILE
from tests.deploy.kustomize import EXPORTER, KUBERNETES, STANDALONE, USES, Object, Use, containers, pod

pytestmark = pytest.mark.deploy

PROVIDED = {"sailpoint-credentials", "sailpoint-credentials-acme", "sailpoint-credentials-acme-sandbox"}
"""Secrets with a client id and its secret, which the operator makes as the files say."""

CERTIFICATES = "sailpoint-exporter-tls"

RELEASE = {"release": "kube-prometheus-stack"}

every_use = pytest.mark.parametrize("use", USES, ids=str)
every_standalone_use = pytest.mark.parametrize("use", STANDALONE, ids=str)
every_monitored_use = pytest.mark.parametrize(
    "use", [use for use in USES if "prometheus" in str(use) or "service-monitor" in str(use)], ids=str
)


def _labels(workload: Object) -> Object:
    labels: Object = workload["spec"]["template"]["metadata"]["labels"]
    return labels


def _ports(use: Use) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in use.exporter()["ports"]}


@every_use
def test_a_workload_selects_its_own_pods(use: Use) -> None:
    """What a Deployment selects by is on the pods that it makes."""
    for workload in use.workloads():
        assert workload["spec"]["selector"]["matchLabels"].items() <= _labels(workload).items()


@every_standalone_use
def test_the_service_leads_to_the_exporter(use: Use) -> None:
    """Its selector matches the pods, and its port is one that the exporter has."""
    (service,), (workload,) = use.of_kind("Service"), use.workloads()
    assert service["spec"]["selector"].items() <= _labels(workload).items()
    (port,) = service["spec"]["ports"]
    assert _ports(use) == {port["targetPort"]: port["port"]}


@every_standalone_use
def test_the_network_policy_is_for_the_exporter_alone(use: Use) -> None:
    """Its selector matches the exporter's pods, and it is not empty: that would cut off a whole namespace."""
    (policy,), (workload,) = use.of_kind("NetworkPolicy"), use.workloads()
    selector = policy["spec"]["podSelector"]["matchLabels"]
    assert selector["app.kubernetes.io/name"] == EXPORTER
    assert selector.items() <= _labels(workload).items()
    assert {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]} == _ports(use).keys()


@every_use
def test_probes_ask_a_port_of_their_container(use: Use) -> None:
    """A probe that asks by name asks a name that the container has."""
    for container in (one for workload in use.workloads() for one in containers(pod(workload))):
        names = {port["name"] for port in container.get("ports", [])}
        assert {port for port in _probed(container) if port} <= names


def _probed(container: Object) -> Iterator[str]:
    for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield container.get(kind, {}).get("httpGet", {}).get("port", "")


@every_use
def test_every_name_leads_somewhere(use: Use) -> None:
    """ConfigMaps exist, Secrets are those that the operator is told to make, and each mount has its volume."""
    made = {one["metadata"]["name"] for one in use.of_kind("ConfigMap")}
    for workload in use.workloads():
        volumes = {volume["name"]: volume for volume in pod(workload).get("volumes", [])}
        mounted = [mount for one in containers(pod(workload)) for mount in one.get("volumeMounts", [])]
        assert {mount["name"] for mount in mounted} == volumes.keys()
        assert _config_maps(workload) <= made
        assert {volume["secret"]["secretName"] for volume in _secrets(workload)} <= PROVIDED | {CERTIFICATES}


def _config_maps(workload: Object) -> set[str]:
    from_environment = {
        source["configMapRef"]["name"] for one in containers(pod(workload)) for source in one.get("envFrom", [])
    }
    return from_environment | {
        volume["configMap"]["name"] for volume in pod(workload).get("volumes", []) if "configMap" in volume
    }


def _secrets(workload: Object) -> Iterator[Object]:
    yield from (volume for volume in pod(workload).get("volumes", []) if "secret" in volume)


@every_use
def test_secrets_are_readable_by_a_group_and_nobody_else(use: Use) -> None:
    """The files' mode is 0440, in a directory of its own for each Secret, and nothing comes from the environment."""
    for workload in use.workloads():
        assert all(volume["secret"]["defaultMode"] == 0o440 for volume in _secrets(workload))
        for container in containers(pod(workload)):
            assert not any("secretRef" in source for source in container.get("envFrom", []))
            assert all("valueFrom" not in variable for variable in container.get("env", []))
            paths = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            assert len(paths) == len(set(paths))


@every_use
def test_the_exporter_starts_with_these_settings(use: Use, tmp_path: Path) -> None:
    """Variables, secrets and files are where the exporter looks for them, and all that it needs is there."""
    _mount(use, tmp_path)
    environ = {name: _moved(text, tmp_path) for name, text in _environment(use).items()}
    configuration = validated({}, environ)
    assert len(configuration.tenants) == (2 if CONFIG_FILE.environment in environ else 1)
    assert (WEB_CONFIG_FILE.environment in environ) is ("web-tls" in str(use))
    assert (SECRETS_DIR.environment in environ) is (CONFIG_FILE.environment not in environ)


def _environment(use: Use) -> dict[str, str]:
    """The variables that kubelet would set."""
    exporter = use.exporter()
    settings = {one["metadata"]["name"]: one["data"] for one in use.of_kind("ConfigMap")}
    variables = {
        name: text for source in exporter["envFrom"] for name, text in settings[source["configMapRef"]["name"]].items()
    }
    return variables | {variable["name"]: variable["value"] for variable in exporter["env"]}


def _mount(use: Use, root: Path) -> None:
    """Put the files of all volumes below ``root`` where the exporter's container has them."""
    (workload,) = (one for one in use.workloads() if use.exporter() in containers(pod(one)))
    contents = {volume["name"]: _content(use, volume) for volume in pod(workload)["volumes"]}
    for mount in use.exporter()["volumeMounts"]:
        folder = Path(_moved(mount["mountPath"], root))
        folder.mkdir(parents=True)
        for name, text in contents[mount["name"]].items():
            (folder / name).write_text(_moved(text, root))


def _content(use: Use, volume: Object) -> dict[str, str]:
    if "configMap" in volume:
        (found,) = (one for one in use.of_kind("ConfigMap") if one["metadata"]["name"] == volume["configMap"]["name"])
        return dict(found["data"])
    if volume.get("secret", {}).get("secretName") == CERTIFICATES:
        return _certificates()
    return {CLIENT_ID.file_name: "id", CLIENT_SECRET.file_name: "canary"} if "secret" in volume else {}


def _certificates() -> dict[str, str]:
    trustme = pytest.importorskip("trustme", reason="pip install trustme")
    authority = trustme.CA()
    pair = authority.issue_cert(EXPORTER)
    return {
        "tls.crt": pair.cert_chain_pems[0].bytes().decode(),
        "tls.key": pair.private_key_pem.bytes().decode(),
        "ca.crt": authority.cert_pem.bytes().decode(),
    }


def _moved(text: str, root: Path) -> str:
    """Text in which the containers' directories are below ``root``."""
    return text.replace("/var/run/", f"{root}/run/").replace("/etc/", f"{root}/etc/")


@every_monitored_use
def test_one_monitor_finds_the_exporter(use: Use) -> None:
    """Exactly one of both kinds scrapes it, by the name of its port, and calls the job what the rules call it."""
    (monitor,) = use.of_kind("PodMonitor", "ServiceMonitor")
    (endpoint,) = monitor["spec"].get("podMetricsEndpoints", []) + monitor["spec"].get("endpoints", [])
    assert {endpoint["port"]} == _ports(use).keys()
    assert endpoint["relabelings"] == [{"action": "replace", "targetLabel": "job", "replacement": EXPORTER}]
    encrypted = "web-tls" in str(use)
    assert endpoint.get("scheme") == ("https" if encrypted else None)
    assert ("tlsConfig" in endpoint) is encrypted


@every_monitored_use
def test_monitors_select_what_is_there(use: Use) -> None:
    """A ServiceMonitor selects the Service by its labels; a PodMonitor takes any pod, for the port's name decides."""
    (monitor,) = use.of_kind("PodMonitor", "ServiceMonitor")
    selector = monitor["spec"]["selector"]
    if monitor["kind"] == "PodMonitor":
        assert selector == {}
    else:
        (service,) = use.of_kind("Service")
        assert selector["matchLabels"].items() <= service["metadata"]["labels"].items()


@every_monitored_use
def test_only_what_the_operator_reads_has_the_releases_label(use: Use) -> None:
    """All of it has: monitors and rules. The label of an application that the exporter runs beside stays as it was."""
    labelled = [one["kind"] for one in use.objects if RELEASE.items() <= one["metadata"].get("labels", {}).items()]
    assert sorted(labelled) == sorted(
        one["kind"] for one in use.of_kind("PodMonitor", "ServiceMonitor", "PrometheusRule")
    )
    assert len(labelled) == 2


def test_the_stacks_values_select_by_the_same_label() -> None:
    """Prometheus takes up monitors and rules of every namespace that have the label, and no others."""
    values = yaml.safe_load((KUBERNETES / "examples" / "kube-prometheus-stack" / "values.yaml").read_text())
    selection = values["prometheus"]["prometheusSpec"]
    for kind in ("podMonitor", "serviceMonitor", "rule"):
        assert selection[f"{kind}Selector"] == {"matchLabels": RELEASE}
        assert selection[f"{kind}NamespaceSelector"] == {}


def test_tls_is_checked_with_the_authority_of_its_own_secret() -> None:
    """Whoever scrapes over TLS knows which authority to trust, and for which name."""
    for use in (use for use in STANDALONE if "web-tls" in str(use)):
        for monitor in use.of_kind("PodMonitor", "ServiceMonitor"):
            (endpoint,) = monitor["spec"].get("podMetricsEndpoints", []) + monitor["spec"].get("endpoints", [])
            authority = {"secret": {"name": CERTIFICATES, "key": "ca.crt"}}
            assert endpoint["tlsConfig"] == {"serverName": EXPORTER, "ca": authority}
