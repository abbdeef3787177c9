"""What a sidecar must not do to the pod that it is in."""

import copy
from pathlib import Path

import pytest

from tests.deploy.kustomize import EXPORTER, HOST, SIDECARS, STANDALONE, Object, Use, containers, pod, render
from tests.deploy.pod_security import violations

pytestmark = pytest.mark.deploy

NATIVE, CLASSIC, *_ = SIDECARS

every_sidecar = pytest.mark.parametrize("use", SIDECARS, ids=str)
both = pytest.mark.parametrize("use", [NATIVE, CLASSIC], ids=["native", "classic"])


def _workload(use: Use) -> Object:
    (found,) = use.workloads()
    return found


@both
def test_the_host_stays_as_it_was(use: Use) -> None:
    """Taken out again, the container and its two volumes leave the application that was there before, to the letter."""
    workload = copy.deepcopy(_workload(use))
    assert workload["metadata"].pop("namespace") == "sailpoint"
    workload["spec"]["template"]["spec"] = _without_exporter(pod(workload))
    assert workload == HOST


def _without_exporter(specification: Object) -> Object:
    lists = {key: value for key, value in specification.items() if isinstance(value, list)}
    kept = {key: [one for one in value if "sailpoint" not in one["name"]] for key, value in lists.items()}
    return {**{key: value for key, value in specification.items() if key not in lists}, **_not_empty(kept)}


def _not_empty(lists: Object) -> Object:
    return {key: value for key, value in lists.items() if value}


@every_sidecar
def test_nothing_of_it_can_take_the_pod_out_of_service(use: Use) -> None:
    """It has no readiness and no startup probe, and lives as long as its process answers, whatever the tenant does."""
    exporter = use.exporter()
    assert {key for key in exporter if "Probe" in key or key == "lifecycle"} == {"livenessProbe"}
    assert exporter["livenessProbe"]["httpGet"] == {"path": "/-/healthy", "port": "va-metrics"}


@every_sidecar
def test_it_only_serves(use: Use) -> None:
    """Without a command it serves until it is told to stop; ``check`` or ``scrape`` would fail with the tenant."""
    assert {"command", "args"} & use.exporter().keys() == set()


@every_sidecar
def test_no_network_policy_comes_along(use: Use) -> None:
    """One selects pods: it would cut off the neighbour as well."""
    assert use.of_kind("NetworkPolicy") == []


def test_the_policy_of_the_base_does_not_select_a_pod_with_a_sidecar() -> None:
    """Both in one namespace do not meet: the sidecar's pod keeps its own labels, and gets none."""
    (policy,) = STANDALONE[0].of_kind("NetworkPolicy")
    labels = _workload(NATIVE)["spec"]["template"]["metadata"]["labels"]
    assert not policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()


@every_sidecar
def test_its_restrictions_do_not_hang_on_the_pod(use: Use) -> None:
    """Whatever the pod allows, the exporter's container alone is restricted, and its root is read-only."""
    assert violations({"containers": [use.exporter()]}) == []
    assert use.exporter()["securityContext"]["runAsUser"] == 65532
    assert use.exporter()["securityContext"]["readOnlyRootFilesystem"] is True


@every_sidecar
def test_it_has_no_token_of_the_pods_service_account(use: Use) -> None:
    """Something empty is mounted where the token would be, so that it is put into the other containers only."""
    mounts = {mount["mountPath"]: mount["name"] for mount in use.exporter()["volumeMounts"]}
    empty = mounts["/var/run/secrets/kubernetes.io/serviceaccount"]
    assert {"name": empty, "emptyDir": {}} in pod(_workload(use))["volumes"]


def test_the_native_sidecar_is_an_init_container_that_goes_on() -> None:
    """It starts before the application and ends after it."""
    (exporter,) = pod(_workload(NATIVE))["initContainers"]
    assert exporter["restartPolicy"] == "Always"


def test_the_classic_sidecar_comes_last() -> None:
    """The first container is what ``kubectl exec`` means when none is named: that stays the application."""
    assert [one["name"] for one in pod(_workload(CLASSIC))["containers"]] == ["your-app", EXPORTER]


def test_both_sidecars_are_the_same_container() -> None:
    """But for the word that makes one native."""
    assert NATIVE.exporter() == CLASSIC.exporter() | {"restartPolicy": "Always"}
    assert pod(_workload(NATIVE))["volumes"] == pod(_workload(CLASSIC))["volumes"]


def test_beside_an_application_or_alone_it_is_the_same_exporter() -> None:
    """Image, settings, port and resources do not differ between the base and the sidecar."""
    for key in ("image", "imagePullPolicy", "ports", "resources", "env"):
        assert NATIVE.exporter()[key] == STANDALONE[0].exporter()[key]


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_other_workloads_can_have_it_too(kind: str, tmp_path: Path) -> None:
    """The label decides, not the kind; what lacks the label gets nothing."""
    labelled = {**HOST, "kind": kind}
    unlabelled = {**HOST, "metadata": {"name": "other"}}
    rendered = render(NATIVE.written(tmp_path, labelled, unlabelled))
    with_exporter = {
        one["kind"] for one in rendered if "spec" in one and EXPORTER in {it["name"] for it in containers(pod(one))}
    }
    assert with_exporter == {kind}


def test_the_doctor_before_the_start_never_keeps_the_pod_from_starting() -> None:
    """Its findings are for the log: it ends with status 0 and within a minute, whatever it finds."""
    (use,) = (one for one in STANDALONE if "check" in str(one))
    (check,) = pod(_workload(use))["initContainers"]
    assert check["command"] == ["sh", "-c", "timeout 60 sailpoint-exporter check || true"]
    assert check["envFrom"] == use.exporter()["envFrom"]
    assert check["env"] == use.exporter()["env"]
    assert check["volumeMounts"] == use.exporter()["volumeMounts"]
