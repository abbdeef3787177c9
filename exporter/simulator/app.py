"""The only place for the simulated tenant as a whole: one ASGI application over a world, and what tests see of it.

A call passes, in this order: latency, scripted fault, token, rate limit, permission, operation.
"""

import asyncio
import hashlib
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from exporter.simulator import answers, oauth
from exporter.simulator.answers import Refusal, json_response
from exporter.simulator.faults import FaultScript
from exporter.simulator.operations import OPERATIONS, Operation
from exporter.simulator.rate_limit import RateLimit
from exporter.simulator.resources import Call
from exporter.simulator.roster import Roster
from exporter.simulator.tokens import Credential, Tokens
from exporter.simulator.world import World

__all__ = ["DEMO_CREDENTIAL", "Credential", "Exchange", "SimulatedTenant"]

logger = logging.getLogger("exporter.simulator")

DEMO_CREDENTIAL = Credential(
    client_id="demo-client",
    client_secret="demo-secret",  # noqa: S106 - published: it opens nothing but a simulation
    scopes=frozenset({"idn:remote-client:read", "idn:managed-client-status:read", "idn:managed-client-status:manage"}),
)
"""A personal access token of an ORG_ADMIN, with all that the exporter and ``status update`` need."""

_TOKEN = "createAccessToken"  # noqa: S105 - the operation's name
_INFO = "getOAuthInfo"
_OPERATION_IDS = frozenset({_TOKEN, _INFO} | {operation.operation_id for operation in OPERATIONS})
_TOKEN_BUCKET = "oauth"  # noqa: S105 - a name
_MAXIMUM_BODY_BYTES = 1_048_576
_REMEMBERED_REQUESTS = 100_000

_Perform = Callable[[Request, bytes], Awaitable[Response]]


class Exchange(NamedTuple):
    """A request that was answered.

    Attributes:
        method: the HTTP method.
        path_template: the path with ``{id}`` in place of ids; empty for a path that is not served.
        status: the HTTP status; 0 when the connection was cut before one was sent.
    """

    method: str
    path_template: str
    status: int


class SimulatedTenant:
    """A tenant that behaves as the published API describes, over a world of managed clients and clusters.

    Attributes:
        faults: what goes wrong.
        requests: the last requests and their statuses, oldest first.
        credentials: who may ask for a token.
        refuses_credentials: whether nobody may.
        latency_seconds: from a request to its answer, whatever the work in between.
        deprecated: the operations that say so; all of beta do in any case.
        app: the ASGI application.
    """

    def __init__(  # noqa: PLR0913 - options by keyword, each with a default
        self,
        world: World,
        *,
        epoch_seconds: Callable[[], float],
        credentials: Sequence[Credential] = (DEMO_CREDENTIAL,),
        rate_limit: int = 100,
        token_lifetime_seconds: int = 43199,
        latency_millis: int = 0,
        org: str = "acme",
    ) -> None:
        """Set up a tenant.

        Args:
            world: what there is to read.
            epoch_seconds: the tenant's clock, from which tokens expire and ``Date`` is told.
            credentials: who may ask for a token.
            rate_limit: calls in any 10 s, per client id and API generation, on the event loop's clock; 0 is no limit.
            token_lifetime_seconds: ``expires_in``.
            latency_millis: from a request to its answer, whatever the work in between.
            org: the tenant's name.
        """
        self._world = world
        self._catch_up: Callable[[], None] = lambda: None
        self.faults = FaultScript(_OPERATION_IDS)
        self.requests: deque[Exchange] = deque(maxlen=_REMEMBERED_REQUESTS)
        self.credentials = tuple(credentials)
        self.refuses_credentials = False
        self.latency_seconds = latency_millis / 1000
        self.deprecated: frozenset[str] = frozenset()
        self._rate_limit = RateLimit(rate_limit)
        self._tokens = Tokens(org=org, lifetime_seconds=token_lifetime_seconds, epoch_seconds=epoch_seconds)
        self._org = org
        self._epoch_seconds = epoch_seconds
        self._request_ids = map(_request_id, itertools.count())
        self.app = Starlette(
            routes=[*self._oauth_routes(), *self._operation_routes()],
            exception_handlers={HTTPException: self._unrouted},
        )
        self.app.router.redirect_slashes = False

    @property
    def world(self) -> World:
        """What there is to read, as it is now."""
        self._catch_up()
        return self._world

    def follow(self, catch_up: Callable[[], None]) -> None:
        """From now on ``catch_up`` is called before each request is answered, and whenever the world is asked for."""
        self._catch_up = catch_up

    @property
    def ids(self) -> Roster:
        """Who is there, by name: ``ids.client("1.2").id``, ``ids.cluster("1").id``."""
        return self.world.roster

    @property
    def violations(self) -> int:
        """How many calls the rate limit refused."""
        return self._rate_limit.violations

    def revoke_tokens(self) -> None:
        """Answer 401 to every token issued so far."""
        self._tokens.revoke()

    def _oauth_routes(self) -> Iterator[Route]:
        yield self._route("POST", "/oauth/token", _TOKEN, self._create_access_token)
        yield self._route("GET", "/oauth/info", _INFO, self._get_oauth_info)

    def _operation_routes(self) -> Iterator[Route]:
        for operation in OPERATIONS:
            for generation in operation.generations:
                perform = partial(self._perform, operation, generation)
                yield self._route(operation.method, operation.path(generation), operation.operation_id, perform)

    def _route(self, method: str, path: str, operation_id: str, perform: _Perform) -> Route:
        async def endpoint(request: Request) -> Response:
            self._catch_up()
            due_seconds = asyncio.get_running_loop().time() + self.latency_seconds
            response = await self._answered(request, path, self._respond(request, operation_id, perform))
            if path.startswith("/beta/") or operation_id in self.deprecated:
                response.headers["X-Deprecated"] = "true"
            await asyncio.sleep(due_seconds - asyncio.get_running_loop().time())
            return response

        return Route(path, endpoint, methods=[method])

    async def _respond(self, request: Request, operation_id: str, perform: _Perform) -> Response:
        normal = partial(perform, request, await _bounded_body(request))
        fault = self.faults.next(operation_id, request.path_params.get("id"))
        return await (fault.respond(normal) if fault else normal())

    async def _answered(self, request: Request, path_template: str, answer: Awaitable[Response]) -> Response:
        """The answer or the refusal, with the headers that every answer has, on record."""
        request_id = next(self._request_ids)
        try:
            response = await answer
        except Refusal as refusal:
            response = refusal.response(request_id)
        response.headers["Date"] = formatdate(self._epoch_seconds(), usegmt=True)
        response.headers["SLPT-Request-ID"] = request_id
        exchange = Exchange(request.method, path_template, response.status_code)
        self.requests.append(exchange)
        logger.debug("Answered", extra={"fields": exchange._asdict()})
        return response

    async def _perform(self, operation: Operation, generation: str, request: Request, body: bytes) -> Response:
        grant = self._tokens.grant(request.headers.get("Authorization"))
        self._admit(grant.client_id, generation)
        if not operation.permits(grant, generation):
            raise answers.forbidden()
        call_id = request.path_params.get("id", "")
        answer = operation.handler(Call(self.world, generation, call_id, request.query_params, body))
        return json_response(answer.document, headers=answer.headers)

    async def _create_access_token(self, request: Request, body: bytes) -> Response:
        content_type = request.headers.get("Content-Type", "")
        parameters = oauth.token_parameters(request.url.query, content_type, body)
        credential = oauth.identified(parameters, () if self.refuses_credentials else self.credentials)
        self._admit(credential.client_id, _TOKEN_BUCKET)
        oauth.require_secret(credential, parameters)
        return json_response(self._tokens.issue(credential), headers={"Cache-Control": "no-store"})

    async def _get_oauth_info(self, request: Request, _body: bytes) -> Response:
        return json_response(oauth.oauth_info(self._org, str(request.base_url).rstrip("/")))

    def _admit(self, client_id: str, bucket: str) -> None:
        retry_after_seconds = self._rate_limit.refuse(client_id, bucket, asyncio.get_running_loop().time())
        if retry_after_seconds is not None:
            raise answers.rate_limited(retry_after_seconds)

    async def _unrouted(self, request: Request, error: Exception) -> Response:
        """No such path, or not by this method."""
        return await self._answered(request, "", _refuse(request, error))


async def _refuse(request: Request, error: Exception) -> Response:
    if getattr(error, "status_code", None) == HTTPStatus.METHOD_NOT_ALLOWED:
        raise answers.method_not_allowed(_allowed_methods(request))
    raise answers.not_found()


def _allowed_methods(request: Request) -> list[str]:
    """The methods of all routes with the request's path."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in route.methods})


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MAXIMUM_BODY_BYTES:
            raise answers.content_too_large()
    return bytes(body)


def _request_id(number: int) -> str:
    """32 hexadecimal digits, different for each number."""
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()[:32]
