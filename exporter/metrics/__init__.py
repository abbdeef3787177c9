"""From snapshots to pages: families, render gates, formats, own telemetry."""
