"""Pod Security Standards, level restricted, as kubernetes.io's page of that name lists them, field by field.

Where the standard permits a few values besides the default, they count as violations here: nothing needs them.
"""

from collections.abc import Iterator
from typing import Any

from tests.deploy.kustomize import containers

__all__ = ["violations"]

_VOLUMES = {
    "name",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_SECCOMP = ("RuntimeDefault", "Localhost")


def violations(pod: dict[str, Any]) -> list[str]:
    """What a pod's specification has that the level forbids, or lacks that it demands."""
    own = pod.get("securityContext", {})
    found = [*_of_pod(pod), *(f"pod: {field}" for field in _of_any_context(own))]
    for container in containers(pod):
        context = container.get("securityContext", {})
        problems = (*_of_container(container, context), *_of_any_context(context), *_of_both({**own, **context}))
        found += [f"{container['name']}: {field}" for field in problems]
    return found


def _of_pod(pod: dict[str, Any]) -> Iterator[str]:
    yield from (f"pod: {field}" for field in _NAMESPACES if pod.get(field))
    for volume in pod.get("volumes", []):
        yield from (f"pod: volume {field}" for field in volume if field not in _VOLUMES)


def _of_any_context(context: dict[str, Any]) -> Iterator[str]:
    """What neither a pod's nor a container's context may have."""
    if context.get("runAsUser") == 0:
        yield "runAsUser"
    if context.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess"
    if context.get("appArmorProfile", {}).get("type", "RuntimeDefault") == "Unconfined":
        yield "appArmorProfile"
    yield from (field for field in ("seLinuxOptions", "sysctls") if field in context)


def _of_both(context: dict[str, Any]) -> Iterator[str]:
    """What must hold for a container, be it said there or of its pod."""
    if context.get("runAsNonRoot") is not True:
        yield "runAsNonRoot"
    if context.get("seccompProfile", {}).get("type") not in _SECCOMP:
        yield "seccompProfile"


def _of_container(container: dict[str, Any], context: dict[str, Any]) -> Iterator[str]:
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "hostPort"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    if context.get("privileged"):
        yield "privileged"
    if context.get("procMount", "Default") != "Default":
        yield "procMount"
    if any("host" in action for handler in _handlers(container) for action in handler.values()):
        yield "host"
    capabilities = context.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or "add" in capabilities:
        yield "capabilities"


def _handlers(container: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Probes and lifecycle hooks, each with the action that it takes."""
    for handler in (container.get(f"{kind}Probe", {}) for kind in ("liveness", "readiness", "startup")):
        yield {kind: action for kind, action in handler.items() if isinstance(action, dict)}
    yield from container.get("lifecycle", {}).values()
