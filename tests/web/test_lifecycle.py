"""Reload and configuration."""

import pytest

from exporter.clock import Clock
from exporter.errors import SettingsError
from tests.web.fakes import application, ask


class Reloading:
    """Counts, or fails as the configuration would."""

    def __init__(self, error: SettingsError | None = None) -> None:
        self.error = error
        self.times = 0

    async def __call__(self) -> None:
        """One reload."""
        self.times += 1
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_reload_is_done_and_confirmed(clock: Clock, method: str) -> None:
    """Both methods of Prometheus' own endpoint reload."""
    reload = Reloading()
    answer = await ask(application(clock, reload=reload), "/-/reload", method)
    assert (answer.status_code, answer.text, reload.times) == (200, "reloaded\n", 1)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
async def test_reading_never_reloads(clock: Clock, method: str) -> None:
    """A crawler or a link changes nothing, and learns which methods would."""
    reload = Reloading()
    answer = await ask(application(clock, reload=reload), "/-/reload", method)
    assert (answer.status_code, reload.times) == (405, 0)
    assert set(answer.headers["allow"].split(", ")) == {"POST", "PUT"}


async def test_a_bad_configuration_is_told_in_full(clock: Clock) -> None:
    """Every problem is a line of the answer, which is no success."""
    reload = Reloading(SettingsError("SAIL_BASE_URL: must be https", "SAIL_CLIENT_ID: is missing"))
    answer = await ask(application(clock, reload=reload), "/-/reload", "POST")
    assert (answer.status_code, answer.text) == (500, "SAIL_BASE_URL: must be https\nSAIL_CLIENT_ID: is missing\n")


async def test_reloading_is_off_unless_enabled(clock: Clock) -> None:
    """Without it the answer says how to enable it."""
    answer = await ask(application(clock), "/-/reload", "POST")
    assert (answer.status_code, answer.text) == (
        403,
        "reload is not enabled: set SAIL_WEB__ENABLE_LIFECYCLE=true\n",
    )


async def test_the_configuration_is_shown_as_it_was_masked(clock: Clock) -> None:
    """The text is sent as plain text, and the fleet page links to it."""
    app = application(clock, config_text=lambda: "client_secret: <masked>\n")
    answer = await ask(app, "/config")
    assert (answer.status_code, answer.text) == (200, "client_secret: <masked>\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert 'href="/config"' in (await ask(app, "/")).text


async def test_without_a_text_there_is_no_configuration(clock: Clock) -> None:
    """Where nobody masks the configuration it is not found, and nothing links to it."""
    assert (await ask(application(clock), "/config")).status_code == 404
    assert "/config" not in (await ask(application(clock), "/")).text
