"""tests.conduct: an exporter that sends too much, or anything in a back-off, is found out."""

import asyncio
from urllib.parse import urlencode

import httpx
import pytest

from exporter.clock import Clock
from exporter.simulator import faults
from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.world import World
from tests.conduct import CONDUCT, MISBEHAVING, Conduct

GET = "getManagedClientStatus"


class Caller:
    """A caller without manners, watched as an exporter is."""

    def __init__(self, clock: Clock, conduct: Conduct, budget: int) -> None:
        world = World(clients=1, clusters=1, epoch_seconds=clock.epoch_seconds)
        self.tenant = SimulatedTenant(world, epoch_seconds=clock.epoch_seconds)
        watched = conduct.watch({DEMO_CREDENTIAL.client_id: budget})
        self._transport = watched.transport(lambda: httpx.ASGITransport(self.tenant.app))()
        self._headers: dict[str, str] = {}

    async def token(self) -> None:
        """A token request."""
        form = {
            "grant_type": "client_credentials",
            "client_id": DEMO_CREDENTIAL.client_id,
            "client_secret": DEMO_CREDENTIAL.client_secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._send("POST", "/oauth/token", content=urlencode(form), headers=headers)
        if answer.status_code == httpx.codes.OK:
            await answer.aread()
            self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def status(self) -> None:
        """An API call."""
        path = f"/v2025/managed-clients/{self.tenant.ids.client('1.1').id}/status?type=VA"
        await self._send("GET", path, headers=self._headers)

    async def _send(self, method: str, path: str, **more: object) -> httpx.Response:
        request = httpx.Request(method, f"http://tenant{path}", **more)  # type: ignore[arg-type]
        return await self._transport.handle_async_request(request)


@pytest.fixture
def conduct() -> Conduct:
    """A record of its own, so that the offences in it are not this test's."""
    return Conduct()


async def test_as_much_as_the_budget_allows_is_no_offence(clock: Clock, conduct: Conduct) -> None:
    """The token request counts, and a call counts until ten seconds after its answer."""
    caller = Caller(clock, conduct, budget=3)
    await caller.token()
    await caller.status()
    await caller.status()
    await asyncio.sleep(10.0)
    for _ in range(3):
        await caller.status()
    conduct.settle("a test")


async def test_more_than_the_budget_in_a_window_is_an_offence(clock: Clock, conduct: Conduct) -> None:
    """Though not in a window that begins with a call, but with an answer."""
    caller = Caller(clock, conduct, budget=2)
    await caller.token()
    caller.tenant.latency_seconds = 4.0
    await caller.status()
    caller.tenant.latency_seconds = 0.0
    await asyncio.sleep(9.9)
    await caller.status()
    assert conduct.offences == []
    await caller.status()
    with pytest.raises(AssertionError, match="3 calls in a window, 2 are allowed"):
        conduct.settle("a test")
    conduct.settle("a test")


async def test_a_call_in_a_back_off_is_an_offence(clock: Clock, conduct: Conduct) -> None:
    """Of any kind while the API asks for silence, and for tokens only while their endpoint does."""
    caller = Caller(clock, conduct, budget=50)
    caller.tenant.faults.add("createAccessToken", faults.too_many_requests(5))
    await caller.token()
    await caller.status()
    assert conduct.offences == []
    await caller.token()
    assert len(conduct.offences) == 1
    caller.tenant.faults.add(GET, faults.too_many_requests(30))
    await caller.status()
    await asyncio.sleep(29.9)
    await caller.status()
    await caller.token()
    assert len(conduct.offences) == 3
    await asyncio.sleep(0.1)
    await caller.status()
    assert len(conduct.offences) == 3


def test_a_test_excuses_misbehaviour_by_its_name(conduct: Conduct) -> None:
    """And by nothing else."""
    conduct.offences.append("something")
    conduct.settle(f"tests/whole/test_x.py::test_a_{MISBEHAVING}_caller")
    conduct.offences.append("something")
    with pytest.raises(AssertionError, match="something"):
        conduct.settle("tests/whole/test_x.py::test_a_caller")


async def test_every_test_is_settled(clock: Clock) -> None:
    """What the harness watches is what the fixture of all tests settles."""
    caller = Caller(clock, CONDUCT, budget=0)
    await caller.token()
    assert CONDUCT.offences == ["1 calls in a window, 0 are allowed"]
    CONDUCT.offences.clear()
