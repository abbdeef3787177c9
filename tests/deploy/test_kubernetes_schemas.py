"""Every rendered object against the schemas of Kubernetes and the Prometheus operator, and every pod's privileges."""

import copy
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy.kustomize import KUBERNETES, STANDALONE, USES, Object, Use, pod
from tests.deploy.pod_security import violations
from tests.deploy.strictness import VERSIONS, validate

pytestmark = pytest.mark.deploy

BASE, WITH_PODMONITOR, WITH_SERVICEMONITOR, *_ = STANDALONE

YAMLLINT = """
extends: default
ignore: [prometheusrule.yaml]
rules: {line-length: {max: 120}, document-start: disable, octal-values: disable}
"""
"""The file left out is generated, its sentences as long as they are; manifests have no marks between documents."""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("use", USES, ids=str)
def test_every_object_follows_its_schema(use: Use, version: str) -> None:
    """Nothing is misspelt, misplaced or of the wrong type, as far back as native sidecars go and with the newest."""
    assert use.objects
    for one in use.objects:
        _validate_once(json.dumps(one), version)


@functools.cache
def _validate_once(text: str, version: str) -> None:
    """Most objects are in many uses, and the schemas take their time."""
    validate(json.loads(text), version)


MISSPELT: dict[str, tuple[Use, Callable[[Any], Any]]] = {
    "Deployment": (BASE, lambda one: one["spec"]["template"]["spec"]["containers"][0]["securityContext"]),
    "Service": (BASE, lambda one: one["spec"]["ports"][0]),
    "NetworkPolicy": (BASE, lambda one: one["spec"]["ingress"][0]),
    "PodMonitor": (WITH_PODMONITOR, lambda one: one["spec"]["podMetricsEndpoints"][0]),
    "ServiceMonitor": (WITH_SERVICEMONITOR, lambda one: one["spec"]["endpoints"][0]["relabelings"][0]),
    "PrometheusRule": (WITH_PODMONITOR, lambda one: one["spec"]["groups"][0]["rules"][0]),
}
"""Where in an object of each kind to put a key that means nothing."""


@pytest.mark.parametrize("kind", MISSPELT)
def test_a_misspelt_key_is_refused(kind: str) -> None:
    """A key that no schema names does not pass, however deep it is."""
    use, place = MISSPELT[kind]
    one = copy.deepcopy(use.of_kind(kind)[0])
    validate(one, VERSIONS[0])
    place(one)["scrapeTimout"] = "20s"
    with pytest.raises(Exception, match="scrapeTimout"):
        validate(one, VERSIONS[0])


@pytest.mark.parametrize("use", USES, ids=str)
def test_every_pod_is_restricted(use: Use) -> None:
    """A namespace that enforces the level restricted admits all of them."""
    assert use.workloads()
    assert [violation for one in use.workloads() for violation in violations(pod(one))] == []


FORBIDDEN: list[Callable[[Any], Any]] = [
    lambda it: it.update(hostNetwork=True),
    lambda it: it["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
    lambda it: it["securityContext"].update(runAsUser=0),
    lambda it: it["securityContext"].update(runAsNonRoot=False),
    lambda it: it["securityContext"].pop("seccompProfile"),
    lambda it: it["securityContext"].update(sysctls=[]),
    lambda it: it["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
    lambda it: it["containers"][0]["securityContext"].update(seccompProfile={"type": "Unconfined"}),
    lambda it: it["containers"][0]["securityContext"].update(privileged=True),
    lambda it: it["containers"][0]["securityContext"].update(procMount="Unmasked"),
    lambda it: it["containers"][0]["securityContext"].update(appArmorProfile={"type": "Unconfined"}),
    lambda it: it["containers"][0]["securityContext"].update(windowsOptions={"hostProcess": True}),
    lambda it: it["containers"][0]["securityContext"]["capabilities"].update(add=["NET_RAW"]),
    lambda it: it["containers"][0]["securityContext"]["capabilities"].update(drop=["NET_RAW"]),
    lambda it: it["containers"][0]["ports"][0].update(hostPort=9853),
    lambda it: it["containers"][0]["livenessProbe"]["httpGet"].update(host="10.0.0.1"),
    lambda it: it["containers"][0].update(lifecycle={"preStop": {"httpGet": {"host": "10.0.0.1"}}}),
    lambda it: it.update(initContainers=[{"name": "setup", "image": "setup"}]),
]


@pytest.mark.parametrize("forbid", FORBIDDEN)
def test_a_privilege_is_noticed(forbid: Callable[[Any], Any]) -> None:
    """What the level forbids is found in the pod and in any of its containers."""
    (workload,) = BASE.workloads()
    changed = copy.deepcopy(pod(workload))
    forbid(changed)
    assert violations(changed) != []


def _lint(text: str) -> list[str]:
    config = pytest.importorskip("yamllint.config", reason="pip install yamllint")
    linter = pytest.importorskip("yamllint.linter", reason="pip install yamllint")
    return [str(problem) for problem in linter.run(text, config.YamlLintConfig(YAMLLINT))]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(KUBERNETES.rglob("*.yaml")) if path.name != "prometheusrule.yaml"],
    ids=lambda path: str(path.relative_to(KUBERNETES)),
)
def test_every_file_is_tidy(path: Any) -> None:
    """The linter has nothing to say: no key twice, no word that YAML might take for something else, no long line."""
    assert _lint(path.read_text()) == []


def test_an_untidy_file_is_noticed() -> None:
    """A key that is there twice is found."""
    assert any("duplication" in problem for problem in _lint("a: 1\na: 2\n"))


@pytest.mark.parametrize("use", STANDALONE, ids=str)
def test_the_standalone_pod_takes_no_more_than_it_needs(use: Use) -> None:
    """Numeric user, nothing to write to, no token, bounded memory and an unbounded processor, one at a time."""
    (workload,) = use.workloads()
    assert workload["spec"]["replicas"] == 1
    assert workload["spec"]["strategy"] == {"type": "Recreate"}
    assert pod(workload)["automountServiceAccountToken"] is False
    own = {key: pod(workload)["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")}
    assert own == {"runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532}
    (account,) = use.of_kind("ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    assert pod(workload)["serviceAccountName"] == account["metadata"]["name"]
    _is_modest(use.exporter())


def _is_modest(exporter: Object) -> None:
    assert exporter["securityContext"]["readOnlyRootFilesystem"] is True
    assert exporter["resources"] == {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    assert all(mount["readOnly"] and "subPath" not in mount for mount in exporter["volumeMounts"])


@pytest.mark.parametrize("use", STANDALONE, ids=str)
def test_the_network_policy_lets_in_scrapes_and_out_names_and_https(use: Use) -> None:
    """Only the port of the metrics is open, only to the namespace of Prometheus; all else that goes out is dropped."""
    (policy,) = use.of_kind("NetworkPolicy")
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "ports": [{"port": "va-metrics", "protocol": "TCP"}],
        }
    ]
    allowed = {(port["port"], port["protocol"]) for rule in policy["spec"]["egress"] for port in rule["ports"]}
    assert allowed == {(53, "UDP"), (53, "TCP"), (443, "TCP")}
