"""The composition root: the only place that sees every room, binds them into an application, and binds them anew."""

from exporter.bootstrap.application import Application, build
from exporter.bootstrap.tenants import Tenant, build_api

__all__ = ["Application", "Tenant", "build", "build_api"]
