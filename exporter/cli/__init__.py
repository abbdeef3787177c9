"""The process edge: subcommands, logging, signals, exit status."""

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
