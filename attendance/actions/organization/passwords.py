"""Hash and check passwords with argon2id, in threads of its own, so that the event loop continues."""

import asyncio
import base64
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION


class Passwords:
    """Checks and hashes passwords.

    at_once -- how many hashes are computed at the same time; each takes 64 MiB with the library's parameters
    worked -- the number of passwords that were checked
    """

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 4) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")
        self._nobodys = _hash_of_nobody(self._hasher)
        self.worked = 0

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password is correct.

        Without a hash (no such person, or no password yet) it returns False, after the same time as for a wrong
        password.
        """
        self.worked += 1
        candidate = password_hash or self._nobodys
        is_right = await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password, candidate)
        return is_right and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """Return a hash that no password fits. It has the hasher's parameters, so checking it takes as long as any other
    check.

    The digest is random and not computed, because a starting process need not spend 64 MiB and 100 ms on it.
    """
    salt, digest = (_unpadded(secrets.token_bytes(size)) for size in (hasher.salt_len, hasher.hash_len))
    parameters = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${parameters}${salt}${digest}"


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
