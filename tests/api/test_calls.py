"""exporter.api.calls: who is told about calls."""

from exporter.api.calls import Audience, Call
from exporter.errors import Reason


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def call_finished(self, call: Call) -> None:
        """Keep the call."""
        self.heard.append(call)

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """Keep the expiry."""
        self.heard.append(expiry_epoch_seconds)

    def token_refresh_failed(self, reason: Reason) -> None:
        """Keep the reason."""
        self.heard.append(reason)


def test_an_audience_hears_everything_and_all_of_it_alike() -> None:
    """Each observer is told each event."""
    listeners = [Listener(), Listener()]
    audience = Audience(*listeners)
    call = Call("token", "POST", "/oauth/token", 0.1)
    audience.call_finished(call)
    audience.token_refreshed(17.0)
    audience.token_refresh_failed(Reason.DNS)
    assert [listener.heard for listener in listeners] == [[call, 17.0, Reason.DNS]] * 2
