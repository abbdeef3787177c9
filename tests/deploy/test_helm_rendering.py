"""The chart as Helm renders it: valid, restricted, and refused in words where its values make no sense."""

import functools
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.helm import readme
from deploy.helm.readme import CHART
from tests.deploy.charts import BASE_SETS, EXAMPLES, helm, is_test, objects, of_kind, template
from tests.deploy.pod_security import violations
from tests.deploy.strictness import VERSIONS, validate

pytestmark = pytest.mark.deploy

example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


def _pods(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The specifications of pods, with those of the test."""
    return [
        dict(one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"])
        for one in documents
        if one["kind"] in {"Pod", "Deployment"}
    ]


@example
def test_lint_has_nothing_to_say(example: Path) -> None:
    """`helm lint --strict` takes warnings for errors."""
    done = helm("lint", "--strict", CHART, "--values", example)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", VERSIONS)
@example
def test_every_object_is_valid(example: Path, version: str) -> None:
    """Kubernetes and the Prometheus operator know every key, and every value is of the right type."""
    for document in objects("--values", example):
        validate(document, version)


@example
def test_pod_security_restricted_admits_every_pod(example: Path) -> None:
    """The exporter's and the test's are as the standard asks, field by field."""
    pods = _pods(objects("--values", example))
    assert len(pods) == 2
    assert [violation for pod in pods for violation in violations(pod)] == []


@example
def test_pods_hold_no_token_and_no_processor(example: Path) -> None:
    """Nothing lets a pod talk to the cluster, memory is limited, and processor time is not."""
    for pod in _pods(objects("--values", example)):
        assert pod["automountServiceAccountToken"] is False
        resources = pod["containers"][0]["resources"]
        assert resources["limits"].keys() == {"memory"}
        assert resources["requests"].keys() == {"cpu", "memory"}


def test_secrets_are_in_the_secret_only() -> None:
    """Credentials that are given to the chart stand in no other object."""
    example = CHART / "ci" / "credentials-values.yaml"
    given = yaml.safe_load(example.read_text("utf-8"))["credentials"]
    others = [one for one in objects("--values", example) if one["kind"] != "Secret"]
    assert of_kind("Secret", "--values", example)["stringData"] == given
    assert not [text for text in given.values() if text in yaml.safe_dump(others)]


def _checksum(*options: str) -> str:
    template = of_kind("Deployment", *BASE_SETS, *options)["spec"]["template"]
    return str(template["metadata"]["annotations"]["checksum/config"])


def test_the_pod_is_replaced_when_a_setting_changes() -> None:
    """A change of settings or configuration changes the pod, and nothing else does."""
    before = _checksum()
    assert _checksum("--set", "settings.SAIL_RATE_BUDGET=25") != before
    assert _checksum("--set", "configuration.log.level=debug") != before
    assert _checksum("--set", "service.port=80") == before


TENANT_IN_BOTH = ("--values", CHART / "ci" / "tenants-values.yaml", *BASE_SETS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "no tenant is named: set settings.SAIL_BASE_URL to its API, such as https://acme.api.identitynow.com"),
        (
            TENANT_IN_BOTH,
            "settings.SAIL_BASE_URL is for a single tenant, and cannot be used with configuration.tenants",
        ),
        ((*BASE_SETS, "--set", "credentials.client_id=x"), 'leave credentials out, or set existingSecret to ""'),
        ((*BASE_SETS, "--set", "existingSecret="), "there is no credential: name a Secret in existingSecret"),
        (
            (*BASE_SETS, "--set", "existingSecret=,credentials.client_id=x"),
            "credentials must have both client_id and client_secret",
        ),
        (
            (*BASE_SETS, "--set", "monitoring.podMonitor.enabled=true,monitoring.serviceMonitor.enabled=true"),
            "each pod would be scraped twice; enable one of them",
        ),
        ((*BASE_SETS, "--set", "imgae.tag=1"), "additional properties 'imgae' not allowed"),
        ((*BASE_SETS, "--set", "image.tga=1"), "at '/image': additional properties 'tga' not allowed"),
        ((*BASE_SETS, "--set", "settings.SAIL_BUDGET=1"), "at '/settings': additional properties 'SAIL_BUDGET' not"),
        ((*BASE_SETS, "--set", "settings.SAIL_LOG__LEVEL=loud"), "must be one of 'debug', 'info', 'warn', 'error'"),
        ((*BASE_SETS, "--set", "settings.SAIL_MANAGED_CLIENTS=5678"), "SAIL_MANAGED_CLIENTS': got number, want string"),
        ((*BASE_SETS, "--set-json", "networkPolicy.from=[]"), "at '/networkPolicy/from': minItems: got 0, want 1"),
        ((*BASE_SETS, "--set", "replicas=many"), "at '/replicas': got string, want integer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_values_are_refused_in_words(options: tuple[str | Path, ...], said: str) -> None:
    """Helm renders nothing, and says which value it is."""
    refused = template(*options)
    assert refused.startswith("Error:")
    assert said in refused


@functools.cache
def _given(example: Path) -> tuple[str, ...]:
    """The documented values that a file of values has, by name."""
    documented = {value.name for value in readme.values((CHART / "values.yaml").read_text("utf-8")) if value.meaning}
    return tuple(value.name for value in readme.values(example.read_text("utf-8")) if value.name in documented)


def _without(example: Path, name: str) -> str:
    values = yaml.safe_load(example.read_text("utf-8"))
    *sections, key = name.split(".")
    del functools.reduce(dict.__getitem__, sections, values)[key]
    return yaml.safe_dump(values)


@example
def test_every_value_has_an_effect(example: Path, tmp_path: Path) -> None:
    """Whatever the file sets changes what is rendered."""
    file = tmp_path / "values.yaml"
    idle = []
    for name in _given(example):
        file.write_text(_without(example, name), "utf-8")
        if helm("template", "sailpoint-exporter", CHART, "--values", file).stdout == template("--values", example):
            idle.append(name)
    assert not idle


def test_every_value_is_tried() -> None:
    """Each documented value is in at least one of the files that the chart is rendered with."""
    documented = {value.name for value in readme.values((CHART / "values.yaml").read_text("utf-8")) if value.meaning}
    assert documented == {name for example in EXAMPLES for name in _given(example)}


@example
def test_the_test_asks_the_service_and_is_let_in(example: Path) -> None:
    """`helm test` takes the way that Prometheus takes, is no endpoint of the service, and passes the NetworkPolicy."""
    documents = objects("--values", example)
    service = of_kind("Service", "--values", example)
    (pod,) = (one for one in documents if one["kind"] == "Pod" and is_test(one))
    address = f"{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    assert pod["spec"]["containers"][0]["args"] == ["healthcheck", f"--web.listen-address={address}"]
    assert not service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    for policy in (one for one in documents if one["kind"] == "NetworkPolicy" and is_test(one)):
        assert policy["spec"]["podSelector"]["matchLabels"] == service["spec"]["selector"]
        (rule,) = policy["spec"]["ingress"]
        assert rule["from"] == [{"podSelector": {"matchLabels": pod["metadata"]["labels"]}}]


def test_notes_say_where_to_look() -> None:
    """After an installation three commands are at hand: for the exporter, for the tenant, for the fleet."""
    done = helm("install", "va", CHART, "--namespace", "identity", "--dry-run=client", *BASE_SETS)
    commands = [line.strip() for line in done.stdout.partition("NOTES:")[2].splitlines() if line.startswith("    ")]
    assert commands[1:] == [
        "helm -n identity test va",
        "kubectl -n identity exec deploy/va-sailpoint-exporter -c sailpoint-exporter -- sailpoint-exporter check",
        "kubectl -n identity port-forward deploy/va-sailpoint-exporter 9853",
    ]
    assert commands[0].startswith("kubectl -n identity create secret generic sailpoint-credentials")


def test_the_package_has_what_is_rendered(tmp_path: Path) -> None:
    """`helm package` makes an archive that renders the same, without the files of the tests."""
    done = helm("package", CHART, "--destination", tmp_path)
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.glob("sailpoint-exporter-*.tgz")
    with tarfile.open(archive) as package:
        names = package.getnames()
    assert not [name for name in names if "/ci/" in name]
    assert "sailpoint-exporter/files/sailpoint-exporter.rules.yaml" in names
    options = ("--values", CHART / "ci" / "everything-values.yaml")
    assert helm("template", "sailpoint-exporter", archive, *options).stdout == template(*options)
