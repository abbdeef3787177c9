"""Podman for tests: an image built from this repository, and containers as restricted as a cluster would run them."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent

ENVIRONMENT = {
    "CONTAINERS_CONF": str(HERE / "containers.conf"),
    "BUILDAH_ISOLATION": "chroot",
    "CONTAINER_ENGINE": "podman",
}
"""What lets podman work as root inside a container."""

INSTALL = "apt-get install -y --no-install-recommends podman buildah runc debootstrap uidmap catatonit"

LOCAL_BASE_IMAGE = "localhost/sailpoint-exporter-base:local"


@dataclass(frozen=True)
class Image:
    """A built image and the base it started from."""

    name: str
    base: str

    def inspect(self) -> dict[str, Any]:
        """What podman says about the image."""
        return inspect(self.name)


def run(*command: str) -> str:
    """The output of a command that succeeds.

    Raises:
        RuntimeError: with all that the command printed, when it does not.
    """
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        message = f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout.strip()


def podman(*arguments: str) -> str:
    """The output of podman."""
    if not shutil.which("podman"):
        message = f"podman is not installed: {INSTALL}"
        raise RuntimeError(message)
    return run("podman", "--log-level", "fatal", *arguments)


def inspect(name: str) -> dict[str, Any]:
    """What podman says about an image or a container."""
    (found,) = json.loads(podman("inspect", name))
    return dict(found)


def build() -> Image:
    """The image, built as ``make image`` does, from $BASE_IMAGE or from a local stand-in for it."""
    base = base_image()
    name = "localhost/sailpoint-exporter:test"
    run("make", "image", f"IMAGE={name}", f"BASE_IMAGE={base}")
    return Image(name, base)


def base_image() -> str:
    """$BASE_IMAGE, or a local stand-in for the Dockerfile's base, made when it is missing."""
    if named := os.environ.get("BASE_IMAGE"):
        return named
    if LOCAL_BASE_IMAGE not in podman("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines():
        run(str(HERE / "local-base-image.sh"), LOCAL_BASE_IMAGE)
    return LOCAL_BASE_IMAGE


def run_once(image: Image, entrypoint: str, *arguments: str) -> str:
    """The output of another program of the image than its own."""
    return podman("run", "--rm", "--network", "none", "--entrypoint", entrypoint, image.name, *arguments)


@contextmanager
def running(image: Image, port: int, *arguments: str) -> Iterator[str]:
    """A container that listens on ``port`` of the loopback interface, with nothing it may write or do: its id."""
    listen = f"SAIL_WEB__LISTEN_ADDRESS=127.0.0.1:{port}"
    restrictions = (
        "--read-only",
        "--read-only-tmpfs=false",
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
    )
    container = podman("run", "--detach", "--network", "host", *restrictions, "--env", listen, image.name, *arguments)
    try:
        yield container
    finally:
        podman("rm", "--force", "--time", "0", container)
