"""The only place that reads ``HTTPS_PROXY`` and its relatives, for tenants that ask for it.

They mean what they mean to Python's urllib: names in lower case come before those in upper case, and ``NO_PROXY`` is a
list of hosts and domains, or ``*``.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

from exporter.settings import values
from exporter.settings.given import Given

__all__ = ["environment_proxy"]

_NOTHING = Given("", "")


def environment_proxy(base_url: str, environ: Mapping[str, str]) -> Given | None:
    """The proxy that the environment names for a tenant, if any; unchecked, but with a scheme.

    Args:
        base_url: unchecked as well; what is wrong with it is told elsewhere.
        environ: the process' environment.
    """
    try:
        origin = urlsplit(values.base_url(base_url))
    except ValueError:
        return None
    found = next(filter(_has_value, (_variable(kind, environ) for kind in (origin.scheme, "all"))), None)
    if found is None or proxy_bypass_environment(origin.netloc, {"no": _variable("no", environ).value}):
        return None
    return Given(found.value if "://" in found.value else f"http://{found.value}", found.origin)


def _variable(kind: str, environ: Mapping[str, str]) -> Given:
    """The variable for one kind of address, if any; one in lower case that is empty hides the other."""
    names = (f"{kind}_proxy", f"{kind}_proxy".upper())
    return next((Given(environ[name].strip(), name) for name in names if name in environ), _NOTHING)


def _has_value(given: Given) -> bool:
    return bool(given.value)
