"""What ``deploy/kubernetes/README.md`` says to type and to write."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from exporter.settings.table import CLIENT_ID, CLIENT_SECRET
from tests.deploy.kustomize import EXPORTER, KUBERNETES, Object, containers, kubectl, pod, render

README = (KUBERNETES / "README.md").read_text()
REPOSITORY = KUBERNETES.parents[1]

COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]

TRIED = {"create": ("--dry-run=client", "--output=yaml"), "kustomize": ()}
"""What can be tried without a cluster, and with which options."""


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!https)(.*?)\)", README))))
def test_every_path_exists(path: str) -> None:
    """What is pointed to is there."""
    assert (KUBERNETES / path).exists()


def test_every_directory_is_mentioned() -> None:
    """None has to be found by chance."""
    directories = {str(path.parent.relative_to(KUBERNETES)) for path in KUBERNETES.rglob("kustomization.yaml")}
    assert {directory for directory in directories if f"]({directory})" not in README} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_directories_to_apply_exist(command: str) -> None:
    """A command that needs a cluster at least names something that is there."""
    for name in re.findall(r"deploy/\S+", command):
        assert (REPOSITORY / name / "kustomization.yaml").is_file()
    for name in re.findall(r"deployment/(\S+)", command):
        assert name == EXPORTER


@pytest.mark.deploy
@pytest.mark.parametrize("command", [one for one in COMMANDS if TRIED.keys() & set(shlex.split(one))])
def test_commands_do_what_is_said(command: str, tmp_path: Path) -> None:
    """Whatever needs no cluster is run, and makes an object."""
    for name in (CLIENT_ID.file_name, CLIENT_SECRET.file_name):
        (tmp_path / name).write_text("canary")
    (tmp_path / "deploy").symlink_to(KUBERNETES.parent)
    program, *arguments = shlex.split(command)
    assert program == "kubectl"
    (kind,) = TRIED.keys() & set(arguments)
    made = list(yaml.safe_load_all(kubectl(*arguments, *TRIED[kind], folder=tmp_path)))
    assert all(one["kind"] for one in made)
    secrets = [one for one in made if one["kind"] == "Secret"]
    assert all(one["data"].keys() == {CLIENT_ID.file_name, CLIENT_SECRET.file_name} for one in secrets)
    assert {one["metadata"]["name"] for one in secrets} <= {"sailpoint-credentials"}


@pytest.mark.deploy
def test_the_kustomization_sets_tenant_image_and_label(tmp_path: Path) -> None:
    """What the file says reaches every object that it is for, beside a copy of the directory."""
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    (written,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "kustomization.yaml").write_text(written)
    rendered = {one["kind"]: one for one in render(tmp_path)}
    assert rendered["ConfigMap"]["data"] == {"SAIL_BASE_URL": "https://acme.api.identitynow.com"}
    assert {one["image"] for one in containers(pod(rendered["Deployment"]))} == {
        "registry.example.com/sailpoint-exporter:0.1.0"
    }
    assert {_release(rendered[kind]) for kind in ("PodMonitor", "PrometheusRule")} == {"my-prometheus"}
    assert {one["metadata"].get("namespace") for one in rendered.values()} == {"sailpoint"}


@pytest.mark.deploy
def test_the_same_kustomization_puts_it_beside_an_application(tmp_path: Path) -> None:
    """With an application in place of the base, and without the line that the README says, it is for a sidecar."""
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    application = "kubernetes/examples/sidecar-of-your-app/your-app.yaml"
    (written,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    text = re.sub(r" *behavior: merge.*\n", "", written)
    text = text.replace("kubernetes/base", application).replace(
        "[kubernetes/comp", "[kubernetes/components/sidecar, kubernetes/comp"
    )
    (tmp_path / "kustomization.yaml").write_text(text)
    rendered = {one["kind"]: one for one in render(tmp_path)}
    (exporter,) = pod(rendered["Deployment"])["initContainers"]
    assert exporter["envFrom"] == [{"configMapRef": {"name": rendered["ConfigMap"]["metadata"]["name"]}}]
    assert exporter["image"] == "registry.example.com/sailpoint-exporter:0.1.0"


def _release(one: Object) -> str:
    label: str = one["metadata"]["labels"]["release"]
    return label
