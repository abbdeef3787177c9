"""The process edge: subcommands, logging, signals, exit status.

``program`` lists the commands, each of which has a module of its own. What is heavy to import (pydantic, httpx,
uvicorn) is imported by the command that needs it, when it runs: help, version and health check answer at once.
"""

from exporter.cli.program import main

__all__ = ["main"]
