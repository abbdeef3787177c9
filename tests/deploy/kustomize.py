"""Kustomize for tests: every directory of ``deploy/kubernetes`` as ``kubectl`` renders it, alone or in a use of it."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

KUBERNETES = Path(__file__).parents[2] / "deploy" / "kubernetes"

INSTALL = "apt-get install -y --no-install-recommends kubernetes-client"

EXPORTER = "sailpoint-exporter"
"""The name of nearly everything, the container included."""

Object = dict[str, Any]

HOST = yaml.safe_load((KUBERNETES / "examples" / "sidecar-of-your-app" / "your-app.yaml").read_text())


@dataclass(frozen=True)
class Use:
    """A kustomization that somebody would write.

    Attributes:
        resources: directories below ``deploy/kubernetes``; without any, an application with its settings.
        components: likewise.
    """

    resources: tuple[str, ...]
    components: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " + ".join((*self.resources, *self.components))

    @functools.cached_property
    def objects(self) -> list[Object]:
        """What it stands for."""
        if self.resources and not self.components:
            (alone,) = self.resources
            return render(KUBERNETES / alone)
        with tempfile.TemporaryDirectory() as folder:
            return render(self.written(Path(folder), HOST))

    def written(self, folder: Path, *applications: Object) -> Path:
        """The directory, with a kustomization in it that has the applications where there are no resources."""
        bases = [os.path.relpath(KUBERNETES / name, folder.resolve()) for name in self.resources]
        components = [os.path.relpath(KUBERNETES / name, folder.resolve()) for name in self.components]
        kustomization: Object = {"resources": bases or ["applications.yaml"], "components": components}
        kustomization["namespace"] = "sailpoint"  # generated names are followed inside one namespace only
        if not bases:
            settings = {"name": f"{EXPORTER}-config", "literals": ["SAIL_BASE_URL=https://tenant.invalid"]}
            kustomization["configMapGenerator"] = [settings]
        (folder / "applications.yaml").write_text(yaml.safe_dump_all(applications))
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
        return folder

    def of_kind(self, *kinds: str) -> list[Object]:
        """Its objects of these kinds."""
        return [one for one in self.objects if one["kind"] in kinds]

    def workloads(self) -> list[Object]:
        """Its objects that have pods."""
        return [one for one in self.objects if "template" in one.get("spec", {})]

    def exporter(self) -> Object:
        """Its one container that serves metrics."""
        (found,) = (one for load in self.workloads() for one in containers(pod(load)) if one["name"] == EXPORTER)
        return found


STANDALONE = (
    Use(("base",)),
    Use(("base",), ("components/prometheus-operator",)),
    Use(("base",), ("components/service-monitor",)),
    Use(("base",), ("components/prometheus-operator", "components/web-tls")),
    Use(("base",), ("components/service-monitor", "components/web-tls")),
    Use(("examples/kube-prometheus-stack",)),
    Use(("examples/check-before-start",)),
    Use(("examples/two-tenants",)),
    Use(("examples/two-tenants",), ("components/web-tls",)),
)

SIDECARS = (
    Use((), ("components/sidecar",)),
    Use((), ("components/sidecar-classic",)),
    Use((), ("components/sidecar", "components/prometheus-operator")),
    Use(("examples/sidecar-of-your-app",)),
)

USES = STANDALONE + SIDECARS


def kubectl(*arguments: str | Path, folder: Path = KUBERNETES) -> str:
    """What ``kubectl`` prints; a test that needs it is skipped without it."""
    if not shutil.which("kubectl"):
        pytest.skip(f"kubectl is not installed: {INSTALL}")
    done = subprocess.run(["kubectl", *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607 - whichever is first on PATH
    assert done.returncode == 0, done.stderr
    return done.stdout


def render(directory: Path) -> list[Object]:
    """The objects that a directory stands for."""
    return list(yaml.safe_load_all(kubectl("kustomize", directory)))


def pod(workload: Object) -> Object:
    """The specification of a workload's pods."""
    specification: Object = workload["spec"]["template"]["spec"]
    return specification


def containers(specification: Object) -> Iterator[Object]:
    """All containers of a pod, those that come first included."""
    yield from specification.get("initContainers", [])
    yield from specification["containers"]
