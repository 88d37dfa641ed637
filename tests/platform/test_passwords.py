"""Passwords: the check of a person who does not exist costs as much as any other check."""

from typing import Literal

from argon2 import PasswordHasher, Type

from attendance.actions.organization.passwords import Passwords


async def test_nobody_gets_in_and_the_check_has_the_cost_of_the_hasher() -> None:
    checked: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash))
            return super().verify(hash, password)

    for kind in (Type.ID, Type.I):
        hasher = Watched(time_cost=2, memory_cost=64, parallelism=2, hash_len=24, salt_len=12, type=kind)
        passwords = Passwords(hasher)
        try:
            assert not await passwords.fits("guess", None)
        finally:
            passwords.close()
        assert not hasher.check_needs_rehash(checked[-1]), "a hash with other parameters takes another time"
