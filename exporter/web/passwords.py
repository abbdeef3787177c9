"""The only place where passwords are compared with bcrypt hashes, one at a time, beside the loop.

What is known about a password that was right is kept by digests, so that a scrape every few seconds costs nothing
while somebody is guessing. What was wrong is not kept: guesses would drive out what is right (and a key that could be
read in two ways would let one in, CVE-2022-46146).
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256

__all__ = ["MAX_PASSWORD_BYTES", "MAX_WAITING", "Passwords", "TooManyError"]

MAX_PASSWORD_BYTES = 72
"""bcrypt takes no more into account."""

MAX_WAITING = 64
"""Checks that may wait for the one at work; at cost 10 the last of them waits for some 5 s."""

_MAX_KNOWN = 100
_SALT_BYTES = len("$2b$10$") + 22
_DIGEST_CHARACTERS = 31


class TooManyError(Exception):
    """So many checks are waiting that another would wait for too long."""


class Passwords:
    """Tells right from wrong passwords."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}  # the oldest first
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def match(self, user: bytes, password: bytes, users: Mapping[bytes, bytes]) -> bool:
        """Whether it is the user's password; a user who is not there costs as much time as one who is.

        Args:
            user: any name.
            password: of at most ``MAX_PASSWORD_BYTES``.
            users: hashes by name, at least one.

        Raises:
            TooManyError: it cannot be told soon.
        """
        hashed = users.get(user, _nobody(users))
        key = _key(user, hashed, password)
        if key in self._known:
            return True
        if self._waiting >= MAX_WAITING:
            raise TooManyError
        right = await self._check(password, hashed, key)
        if right:
            self._remember(key)
        return right

    async def _check(self, password: bytes, hashed: bytes, key: str) -> bool:
        self._waiting += 1
        try:
            async with self._turn:
                # another request may have asked the same in the meantime
                return key in self._known or await asyncio.to_thread(_matches, password, hashed)
        finally:
            self._waiting -= 1

    def _remember(self, key: str) -> None:
        self._known[key] = None
        if len(self._known) > _MAX_KNOWN:
            del self._known[next(iter(self._known))]


def _nobody(users: Mapping[bytes, bytes]) -> bytes:
    """A hash of no password, of the highest cost among the users'."""
    return max(users.values(), key=_cost)[:_SALT_BYTES] + b"." * _DIGEST_CHARACTERS


def _cost(hashed: bytes) -> bytes:
    return hashed.split(b"$")[2]


def _key(*parts: bytes) -> str:
    return ":".join(sha256(part).hexdigest() for part in parts)


def _matches(password: bytes, hashed: bytes) -> bool:
    from bcrypt import checkpw  # noqa: PLC0415 - optional, and needed only where there are users

    return checkpw(password, hashed)  # compares in constant time
