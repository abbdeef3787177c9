"""From snapshots to a page: families, gates, formats, and the exporter's own telemetry."""

from exporter.metrics.pages import Format, Page, Pages, needs_tenant
from exporter.metrics.selection import Selection
from exporter.metrics.telemetry import Telemetry

__all__ = ["Format", "Page", "Pages", "Selection", "Telemetry", "needs_tenant"]
