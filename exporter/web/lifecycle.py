"""The only place for what an operator may ask of the process: reload its configuration, and show it."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from exporter.errors import SettingsError
from exporter.web.refused import Refused

__all__ = ["Lifecycle", "Reload"]

Reload = Callable[[], Awaitable[None]]


class Lifecycle:
    """The routes ``/-/reload`` and ``/config``; what is None is switched off."""

    def __init__(self, reload: Reload | None, config_text: Callable[[], str] | None) -> None:
        self._reload = reload
        self._config_text = config_text

    async def reload(self, _: Request) -> Response:
        """Reloads; the last good configuration stays when the new one cannot be used, and the answer says why."""
        if self._reload is None:
            raise Refused(403, "reload is not enabled: set SAIL_WEB__ENABLE_LIFECYCLE=true")
        try:
            await self._reload()
        except SettingsError as error:
            raise Refused(500, *error.problems) from None
        return PlainTextResponse("reloaded\n")

    async def config(self, _: Request) -> Response:
        """The effective configuration, with its secrets masked by whoever wrote the text."""
        if self._config_text is None:
            raise HTTPException(404)
        return PlainTextResponse(self._config_text())
