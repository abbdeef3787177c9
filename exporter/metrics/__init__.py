"""From snapshots to a page: families, gates, formats, and the exporter's own telemetry."""

from exporter.metrics.pages import Format, Page, Pages, needs_tenant
from exporter.metrics.telemetry import Telemetry

__all__ = ["Format", "Page", "Pages", "Telemetry", "needs_tenant"]
