"""A wall clock that stands still until a test moves it."""

__all__ = ["StoppedClock"]


class StoppedClock:
    """Call it for the time in epoch seconds; 12 August 2025, 12:00 UTC at first."""

    def __init__(self, epoch_seconds: float = 1755000000.0) -> None:
        """Stop at that time."""
        self.epoch_seconds = epoch_seconds

    def __call__(self) -> float:
        """The time."""
        return self.epoch_seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.epoch_seconds += seconds
