"""The only place that puts the tenant's API together: its operations, one token, one budget.

A call goes through these hands, in this order: a token (``tokens``), the tenant's wish for silence (``backoff``), a
slot (``budget``), a connection (``connections``), one bounded exchange (``fetch``), the verdict on its answer
(``answer``), its document (``parsing``). Whatever goes wrong is an ``ApiError`` with one ``Reason``.
"""

import random as random_numbers
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import httpx

from exporter import __version__
from exporter.api import asks
from exporter.api.access_token import AccessToken
from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.calls import ApiState, Observer
from exporter.api.connections import Connections, connecting_to
from exporter.api.credentials import Credentials, CredentialSource
from exporter.api.documents import ManagedClientStatus, ManagedClientStatusAggResponse
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster, OauthInfo
from exporter.api.listing import read_pages
from exporter.api.outbound import Ask, Outbound
from exporter.api.paths import (
    GET_MANAGED_CLIENT_HEALTH_INDICATORS,
    GET_MANAGED_CLIENT_STATUS,
    GET_MANAGED_CLIENTS,
    GET_MANAGED_CLUSTERS,
    Operation,
    Origin,
)
from exporter.api.tokens import Tokens
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason

__all__ = ["TenantApi", "TransportFactory"]

T = TypeVar("T")

TransportFactory = Callable[[], httpx.AsyncBaseTransport]
"""Makes the transport of one connection."""


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
        ca_file: Path | None = None,
        proxy_url: str | None = None,
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
            ca_file: certificates of authorities to trust besides the system's, in PEM form; read here and now.
            proxy_url: the proxy that calls go through, with user and password if need be; no other is looked for.
            transport: makes a connection; for tests.
            random: numbers in [0, 1), for waiting times.
            user_agent: as the tenant sees the exporter.

        Raises:
            SettingsError: the file cannot be used, or the URL is not one of a proxy.
        """
        origin = Origin(base_url)
        self._generation = generation
        self._clock = clock
        self._budget = RateBudget(rate_budget, clock)
        self._backoff = Backoff(clock, random)
        transport = transport or connecting_to(origin, ca_file=ca_file, proxy_url=proxy_url)
        self._connections = Connections(transport, keep=concurrency + 1)
        self._outbound = Outbound(origin, user_agent, self._connections, self._budget, self._backoff, clock, observer)
        self._tokens = Tokens(credentials, self._request_token, clock=clock, observer=observer, random=random)

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """The status that a managed client last reported (getManagedClientStatus).

        Raises:
            ApiError: there is none, for one Reason.
        """
        operation = self._operation(GET_MANAGED_CLIENT_STATUS)
        return await self._authorized(asks.status(operation, client_id, client_type), deadline)

    async def get_managed_client_health_indicators(self, client_id: str, *, deadline: Deadline) -> HealthIndicators:
        """The health that a managed client last reported (getManagedClientHealthIndicators).

        Raises:
            ApiError: there is none, for one Reason; NOT_FOUND, without a call, in generations before v2025.
        """
        operation = self._operation(GET_MANAGED_CLIENT_HEALTH_INDICATORS)
        return await self._authorized(asks.health_indicators(operation, client_id), deadline)

    async def list_managed_clients(self, *, deadline: Deadline) -> tuple[ListedManagedClient, ...]:
        """All managed clients (getManagedClients), with one call for 250.

        Raises:
            ApiError: a page is missing, for one Reason; NOT_FOUND, without a call, in the beta generation.
        """
        operation = self._operation(GET_MANAGED_CLIENTS)
        return await read_pages(lambda offset: self._authorized(asks.managed_clients(operation, offset), deadline))

    async def list_managed_clusters(self, *, deadline: Deadline) -> tuple[ManagedCluster, ...]:
        """All managed clusters (getManagedClusters), with one call for 250.

        Raises:
            ApiError: a page is missing, for one Reason.
        """
        operation = self._operation(GET_MANAGED_CLUSTERS)
        return await read_pages(lambda offset: self._authorized(asks.managed_clusters(operation, offset), deadline))

    async def get_oauth_info(self, *, deadline: Deadline) -> OauthInfo:
        """The tenant's OAuth details (``GET /oauth/info``), which need no token.

        Raises:
            ApiError: there are none, for one Reason.
        """
        return await self._send(asks.oauth_info(), deadline)

    async def authenticate(self, *, deadline: Deadline) -> float:
        """Have an access token, a new one if need be; how many seconds it is still good for.

        Raises:
            ApiError: there is none, for one Reason.
        """
        token = await self._tokens.current(deadline)
        return token.expiry_seconds - self._clock.monotonic_seconds()

    async def update_managed_client_status(
        self, client_id: str, document: Mapping[str, object], *, deadline: Deadline
    ) -> ManagedClientStatusAggResponse:
        """Report a status in a managed client's name (updateManagedClientStatus), overwriting what it reported itself.

        Published in the beta generation only, so its path is the same whatever the generation of the rest.

        Raises:
            ApiError: the report was not taken, for one Reason.
        """
        return await self._authorized(asks.status_update(client_id, document), deadline)

    def capacity(self, deadline: Deadline) -> int:
        """How many calls the rate budget lets out from now until the deadline, at most.

        A back-off does not lessen it: a call that is refused because of one says so, which is more than "skipped".
        """
        return self._budget.capacity(deadline)

    @property
    def lists_managed_clients(self) -> bool:
        """Whether the generation has a list of managed clients."""
        return self._generation in GET_MANAGED_CLIENTS

    @property
    def has_health_indicators(self) -> bool:
        """Whether the generation has the health of managed clients."""
        return self._generation in GET_MANAGED_CLIENT_HEALTH_INDICATORS

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
            return await self._send(ask, deadline, token)
        except ApiError as error:
            if error.reason is not Reason.UNAUTHORIZED:
                raise
            renewed = await self._tokens.instead_of(token, deadline)
            if renewed is None:
                raise
        return await self._send(ask, deadline, renewed)

    async def _send(self, ask: Ask[T], deadline: Deadline, token: AccessToken | None = None) -> T:
        async with self._backoff.permit(deadline):
            return await self._outbound.send(ask, deadline, bearer=token.value if token else None)

    async def _request_token(self, credentials: Credentials, deadline: Deadline) -> AccessToken:
        return await self._outbound.send(asks.access_token(credentials, self._clock), deadline)

    def _operation(self, of_generations: Mapping[str, Operation]) -> Operation:
        try:
            return of_generations[self._generation]
        except KeyError:
            detail = f"the API generation {self._generation} does not have this operation"
            raise ApiError(Reason.NOT_FOUND, detail) from None
