"""Prometheus exporter for SailPoint Identity Security Cloud managed clients.

One scrape, in six hops::

    web                parse X-Prometheus-Scrape-Timeout-Seconds: a deadline
    collect.sharing    a fresh snapshot? answer; a cycle in flight? join it; otherwise start one
    collect.survey     lists first, then each client, in parallel; each ends as a document or as a reason
    collect.plan       which managed clients this cycle asks about (pure)
    api                token, rate budget, one bounded fetch, lenient parsing into frozen values
    metrics            snapshot -> families -> gates -> page, kept per format while the snapshot is current

Rooms, each importing only what stands below it (checked by import-linter)::

    __main__, cli                process edge: subcommands, logging, signals, exit status
    doctor                       what is wrong with settings and tenants, and what helps
    bootstrap | simulator        composition root | the embedded tenant, which shares no code with the rest
    settings                     every environment variable, file and flag, validated once
    web                          ASGI application and listener
    metrics                      families, pages, own telemetry
    collect                      plan, cycle, sharing, snapshot
    api                          the tenant
    errors | clock               leaves
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
