"""The only place for the life of the access token: had when needed, renewed before its end, asked for once by all.

A token that is due is renewed in the background while calls go on using it, so that a token endpoint that fails or
hangs hurts nobody before the token's real end.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from exporter.api.access_token import AccessToken
from exporter.api.calls import Observer
from exporter.api.credentials import Credentials, CredentialSource, LastGoodCredentials
from exporter.api.token_failure import TokenFailure, failure_after, seen_by_callers
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason, SettingsError

__all__ = ["REFRESH_SECONDS", "Tokens"]

logger = logging.getLogger("exporter.api")

REFRESH_SECONDS = 10.0
"""For one token request, whoever waits for it."""

_REJECTED_RENEWAL_SECONDS = 30.0
"""At most one renewal in this time because the API refused a token that should be good."""


class Tokens:
    """The access token of one tenant."""

    def __init__(
        self,
        source: CredentialSource,
        request: Callable[[Credentials, Deadline], Awaitable[AccessToken]],
        *,
        clock: Clock,
        observer: Observer,
        random: Callable[[], float],
    ) -> None:
        """Take what is needed to have tokens.

        Args:
            source: asked before each request.
            request: sends one token request, or raises ApiError.
            clock: the running loop's.
            observer: told about new tokens, and about failures to get one.
            random: numbers in [0, 1), for waiting times.
        """
        self._source = LastGoodCredentials(source)
        self._request = request
        self._clock = clock
        self._observer = observer
        self._random = random
        self._token: AccessToken | None = None
        self._failure: TokenFailure | None = None
        self._refresh: asyncio.Task[AccessToken | ApiError] | None = None
        self._rejected: AccessToken | None = None
        self._rejected_renewal_at_seconds = float("-inf")

    @property
    def expiry_epoch_seconds(self) -> float | None:
        """The end of the token in use on the wall clock, None without a token."""
        return None if self._token is None else self._token.expiry_epoch_seconds

    async def current(self, deadline: Deadline) -> AccessToken:
        """A token to use now.

        Raises:
            ApiError: there is none, and none could be had before the deadline.
        """
        now = self._clock.monotonic_seconds()
        if self._token is None or self._token.expiry_seconds <= now:
            return await self._renewed(deadline)
        if self._token.due_seconds <= now:
            self._refreshing()
        return self._token

    async def instead_of(self, rejected: AccessToken, deadline: Deadline) -> AccessToken | None:
        """Another token than the one that the API refused; None when it is too early to ask for another again.

        Raises:
            ApiError: no new token could be had before the deadline.
        """
        if self._token is not None and self._token is not rejected:
            return self._token
        if self._clock.monotonic_seconds() - self._rejected_renewal_at_seconds < _REJECTED_RENEWAL_SECONDS:
            return None
        self._rejected = rejected
        return await self._renewed(deadline)

    async def aclose(self) -> None:
        """Stop a refresh that is under way."""
        if self._refresh is not None:
            self._refresh.cancel()
            await asyncio.wait({self._refresh})

    async def _renewed(self, deadline: Deadline) -> AccessToken:
        refresh = self._refreshing()
        # asyncio.wait leaves the task alone when a waiter gives up or is cancelled.
        await asyncio.wait({refresh}, timeout=deadline.remaining_seconds)
        if not refresh.done() or refresh.cancelled():
            raise ApiError(Reason.DEADLINE, "no access token before the deadline")
        outcome = refresh.result()
        if isinstance(outcome, ApiError):
            raise outcome.with_traceback(None)  # several waiters raise the same one
        return outcome

    def _refreshing(self) -> asyncio.Task[AccessToken | ApiError]:
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._refreshed(), name="token refresh")
        return self._refresh

    async def _refreshed(self) -> AccessToken | ApiError:
        try:
            credentials = self._source.read()
        except SettingsError as error:
            return self._failed(None, ApiError(Reason.TOKEN, f"credentials: {error.problems[0]}"))
        if self._failure and self._failure.holds(credentials, self._clock.monotonic_seconds()):
            return self._failure.error
        try:
            return self._succeeded(await self._request(credentials, self._clock.deadline(REFRESH_SECONDS)))
        except ApiError as error:
            return self._failed(credentials, error)

    def _succeeded(self, token: AccessToken) -> AccessToken:
        if self._failure:
            logger.info("Access tokens can be had again")
        if self._token is not None and self._token is self._rejected:  # whether or not somebody still waits for it
            self._rejected_renewal_at_seconds = self._clock.monotonic_seconds()
        self._token, self._failure = token, None
        self._observer.token_refreshed(token.expiry_epoch_seconds)
        return token

    def _failed(self, credentials: Credentials | None, error: ApiError) -> ApiError:
        now = self._clock.monotonic_seconds()
        failure = failure_after(self._failure, error, credentials, now_seconds=now, random=self._random)
        if self._failure is None or self._failure.reason is not failure.reason:
            logger.log(_level(failure.reason), "No new access token: %s", failure.error)
        self._failure = failure
        self._observer.token_refresh_failed(failure.reason)
        return seen_by_callers(error)


def _level(reason: Reason) -> int:
    return logging.ERROR if reason is Reason.TOKEN_REJECTED else logging.WARNING  # only people can mend the former
