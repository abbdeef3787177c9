"""Right and wrong passwords: none is let in by mistake, and guessing hinders nobody for long."""

import asyncio
import time

import bcrypt
import pytest

from exporter.web.passwords import MAX_WAITING, Passwords, TooManyError


def hashed(password: bytes, cost: int = 4) -> bytes:
    """A hash that is quickly computed."""
    return bcrypt.hashpw(password, bcrypt.gensalt(cost))


ALICE, BOB = hashed(b"canary-alice"), hashed(b"canary-bob")
USERS = {b"alice": ALICE, b"bob": BOB}


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for real computing."""
    return "asyncio"


@pytest.mark.parametrize(
    ("user", "password", "right"),
    [
        (b"alice", b"canary-alice", True),
        (b"bob", b"canary-bob", True),
        (b"alice", b"canary-bob", False),
        (b"alice", b"", False),
        (b"carol", b"canary-alice", False),
        (b"", b"", False),
    ],
)
async def test_the_users_own_password_is_right(user: bytes, password: bytes, right: bool) -> None:  # noqa: FBT001 - a parameter of pytest's
    """Only a user's own password is right, the second time too."""
    passwords = Passwords()
    assert [await passwords.match(user, password, USERS) for _ in range(2)] == [right, right]


@pytest.mark.parametrize("version", [b"$2a$", b"$2b$", b"$2y$"])
async def test_every_version_of_bcrypt_is_understood(version: bytes) -> None:
    """The hashes of htpasswd, of Python and of others are equal."""
    assert await Passwords().match(b"alice", b"canary-alice", {b"alice": ALICE.replace(b"$2b$", version)})


async def test_two_requests_do_not_make_a_login() -> None:
    """Names and passwords that read alike when put together are told apart (CVE-2022-46146)."""
    passwords = Passwords()
    nobody = hashed(b"fakepassword")
    for user, password in ((b"alice" + nobody, b"fakepassword"), (b"alice", nobody + b"fakepassword"[:12])):
        assert not await passwords.match(user, password, USERS)
        assert not await passwords.match(user, password, USERS)


async def test_one_users_login_is_not_anothers() -> None:
    """Whatever users are called, what is known about one says nothing about another."""
    users = {b"alice": ALICE, b"alice" + ALICE: BOB}
    passwords = Passwords()
    assert await passwords.match(b"alice" + ALICE, b"canary-bob", users)
    assert not await passwords.match(b"alice", BOB + b"canary-bob", users)


async def test_a_changed_password_is_wrong_at_once() -> None:
    """What was right is not right for another hash, nor for a user who has gone."""
    passwords = Passwords()
    assert await passwords.match(b"alice", b"canary-alice", USERS)
    assert not await passwords.match(b"alice", b"canary-alice", {b"alice": BOB})
    assert not await passwords.match(b"alice", b"canary-alice", {b"bob": BOB})


async def test_strangers_cost_as_much_as_users() -> None:
    """The time tells nothing about who is a user: both are the time of one hash of the same cost."""
    users = {b"alice": hashed(b"canary-alice", 10), b"bob": BOB}
    passwords = Passwords()

    async def seconds(user: bytes) -> float:
        times = []
        for _ in range(3):
            began = time.process_time()
            await passwords.match(user, b"wrong", users)
            times.append(time.process_time() - began)
        return min(times)

    user, stranger = await seconds(b"alice"), await seconds(b"carol")
    assert user / 2 < stranger < user * 2


async def test_what_is_known_is_bounded() -> None:
    """Users come and go, and what is kept about their passwords goes too."""
    passwords = Passwords()
    for number in range(101):
        assert await passwords.match(b"%d" % number, b"canary-alice", {b"%d" % number: ALICE})
    began = time.process_time()
    assert await passwords.match(b"100", b"canary-alice", {b"100": hashed(b"other")} | {b"100": ALICE})
    assert time.process_time() - began < 0.01


async def test_requests_that_wait_for_one_check_share_it() -> None:
    """Fifty first scrapes with one password compute it once."""
    passwords = Passwords()
    users = {b"alice": hashed(b"canary-alice", 10)}
    began = time.process_time()
    assert all(await asyncio.gather(*(passwords.match(b"alice", b"canary-alice", users) for _ in range(50))))
    assert time.process_time() - began < 0.5


async def test_too_many_guesses_are_not_queued() -> None:
    """Beyond a number of waiting checks the rest is told so at once; who is known is not concerned."""
    passwords = Passwords()
    assert await passwords.match(b"alice", b"canary-alice", USERS)
    guesses = [asyncio.create_task(passwords.match(b"alice", b"%d" % number, USERS)) for number in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyError):
        await passwords.match(b"alice", b"one more", USERS)
    assert await passwords.match(b"alice", b"canary-alice", USERS)
    assert not any(await asyncio.gather(*guesses))
    assert not await passwords.match(b"alice", b"one more", USERS)


async def test_known_logins_stay_fast_while_somebody_guesses() -> None:
    """During 50 guesses per second, 99 of 100 known logins take less than a second."""
    users = {b"alice": hashed(b"canary-alice", 8)}
    passwords = Passwords()
    assert await passwords.match(b"alice", b"canary-alice", users)

    async def guess(number: int) -> None:
        await asyncio.sleep(number / 50)
        await passwords.match(b"alice", b"guess %d" % number, users)

    guesses = asyncio.gather(*(guess(number) for number in range(50)), return_exceptions=True)
    slow = 0
    for _ in range(100):
        began = time.monotonic()
        assert await passwords.match(b"alice", b"canary-alice", users)
        slow += time.monotonic() - began > 1
        await asyncio.sleep(0.01)
    assert slow <= 1
    assert not any(await guesses)
