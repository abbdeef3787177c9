"""Scenarios played for real: the exporter reads the simulated tenant, and the alert rules judge the pages it made."""
