"""The only place that puts the tenant's API together: two operations, one token, one budget.

A call goes through these hands, in this order: a token (``tokens``), the tenant's wish for silence (``backoff``), a
slot (``budget``), a connection (``connections``), one bounded exchange (``fetch``), the verdict on its answer
(``answer``), its document (``parsing``). Whatever goes wrong is an ``ApiError`` with one ``Reason``.
"""

import json
import random as random_numbers
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from exporter import __version__
from exporter.api.access_token import AccessToken, parse_access_token
from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.calls import ApiState, Observer
from exporter.api.connections import Connections, connecting_to
from exporter.api.credentials import Credentials, CredentialSource
from exporter.api.documents import ManagedClientStatus, ManagedClientStatusAggResponse
from exporter.api.outbound import Ask, Outbound
from exporter.api.parsing import parse_agg_response, parse_managed_client_status
from exporter.api.paths import GET_MANAGED_CLIENT_STATUS, OAUTH_TOKEN, UPDATE_MANAGED_CLIENT_STATUS, Origin
from exporter.api.tokens import Tokens
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason

__all__ = ["TenantApi", "TransportFactory"]

T = TypeVar("T")

TransportFactory = Callable[[], httpx.AsyncBaseTransport]
"""Makes the transport of one connection."""

_DOCUMENT_LIMIT_BYTES = 1024 * 1024
_TOKEN_LIMIT_BYTES = 64 * 1024


class TenantApi:
    """The API of one tenant, for one credential."""

    def __init__(  # noqa: PLR0913 - the composition root names each of them
        self,
        *,
        base_url: str,
        generation: str,
        credentials: CredentialSource,
        clock: Clock,
        observer: Observer,
        rate_budget: int = 50,
        concurrency: int = 10,
        transport: TransportFactory | None = None,
        random: Callable[[], float] = random_numbers.random,
        user_agent: str = f"sailpoint-exporter/{__version__}",
    ) -> None:
        """Take what the tenant's API needs; nothing is sent yet.

        Args:
            base_url: ``https://{tenant}.api.identitynow.com``; its path is ignored.
            generation: one of ``paths.GENERATIONS``.
            credentials: read at each token request.
            clock: the running loop's.
            observer: told about every call and token.
            rate_budget: calls in 10 s, of the 100 that the tenant allows each OAuth client.
            concurrency: calls that the caller makes at a time; so many connections are kept, and one for the token.
            transport: makes a connection; for tests.
            random: numbers in [0, 1), for waiting times.
            user_agent: as the tenant sees the exporter.
        """
        origin = Origin(base_url)
        self._get_status = GET_MANAGED_CLIENT_STATUS[generation]
        self._clock = clock
        self._budget = RateBudget(rate_budget, clock)
        self._backoff = Backoff(clock, random)
        self._connections = Connections(transport or connecting_to(origin), keep=concurrency + 1)
        self._outbound = Outbound(origin, user_agent, self._connections, self._budget, self._backoff, clock, observer)
        self._tokens = Tokens(credentials, self._request_token, clock=clock, observer=observer, random=random)

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """The status that a managed client last reported (getManagedClientStatus).

        Raises:
            ApiError: there is none, for one Reason.
        """
        ask = Ask(
            operation=self._get_status,
            target=self._get_status.target(client_id, type=client_type),
            parse=parse_managed_client_status,
            limit_bytes=_DOCUMENT_LIMIT_BYTES,
        )
        return await self._authorized(ask, deadline)

    async def update_managed_client_status(
        self, client_id: str, document: Mapping[str, object], *, deadline: Deadline
    ) -> ManagedClientStatusAggResponse:
        """Report a status in a managed client's name (updateManagedClientStatus), overwriting what it reported itself.

        Published in the beta generation only, so its path is the same whatever the generation of the rest.

        Raises:
            ApiError: the report was not taken, for one Reason.
        """
        ask = Ask(
            operation=UPDATE_MANAGED_CLIENT_STATUS,
            target=UPDATE_MANAGED_CLIENT_STATUS.target(client_id),
            parse=parse_agg_response,
            limit_bytes=_DOCUMENT_LIMIT_BYTES,
            content=json.dumps(dict(document)).encode(),
        )
        return await self._authorized(ask, deadline)

    def capacity(self, deadline: Deadline) -> int:
        """How many calls can leave from now until the deadline, at most; 0 when a back-off lasts longer."""
        return self._budget.capacity(deadline, after_seconds=self._backoff.remaining_seconds)

    @property
    def state(self) -> ApiState:
        """What this client knows about itself right now."""
        return ApiState(
            budget_limit=self._budget.limit,
            budget_used=self._budget.used,
            backoff_seconds=self._backoff.remaining_seconds,
            token_expiry_epoch_seconds=self._tokens.expiry_epoch_seconds,
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._tokens.aclose()
        await self._connections.aclose()

    async def _authorized(self, ask: Ask[T], deadline: Deadline) -> T:
        self._backoff.refuse()
        token = await self._tokens.current(deadline)
        try:
            return await self._send(ask, token, deadline)
        except ApiError as error:
            if error.reason is not Reason.UNAUTHORIZED:
                raise
            renewed = await self._tokens.instead_of(token, deadline)
            if renewed is None:
                raise
        return await self._send(ask, renewed, deadline)

    async def _send(self, ask: Ask[T], token: AccessToken, deadline: Deadline) -> T:
        async with self._backoff.permit(deadline):
            return await self._outbound.send(ask, deadline, bearer=token.value)

    async def _request_token(self, credentials: Credentials, deadline: Deadline) -> AccessToken:
        # RFC 6749 forbids the query for these; the vendor's guide shows it, and logs would keep it.
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        ask = Ask(
            operation=OAUTH_TOKEN,
            target=OAUTH_TOKEN.path_template,
            parse=lambda document: parse_access_token(document, self._clock),
            limit_bytes=_TOKEN_LIMIT_BYTES,
            content=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
        )
        return await self._outbound.send(ask, deadline)
