"""Challenges: what signing in gives after the password, when a second factor is needed (R12.4).

A challenge is a signed token for five minutes. It says whose password was right, for which portal, and which one it
was, so that it ends with the password. It lets nobody in: a code of the second factor is needed with it.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt

from attendance.rules.accounts.account_refusals import IssuedChallenge
from attendance.rules.organization.sign_in import Account
from attendance.rules.vocabulary import Portal

_ALGORITHM = "HS256"
_AUDIENCE = "rollbook-second-factor"
_LIFETIME = timedelta(minutes=5)
_LONGEST = 2048
# PyJWT would read the clock itself.
_OPTIONS: Any = {"require": ["aud", "exp", "sub", "org", "portal", "pwd", "use"], "verify_exp": False}

CODE, SETUP = "code", "setup"


@dataclass(frozen=True, slots=True)
class Challenge:
    """Whose password was right. `password`: a digest of the hash that it fitted; `use`: CODE or SETUP."""

    organization_id: UUID
    person_id: UUID
    portal: Portal
    password: str
    use: str

    def fits(self, password_hash: str | None) -> bool:
        """Return whether the account still has the password."""
        return hmac.compare_digest(self.password, _digest(password_hash))


class Challenges:
    """Signs and checks challenges, with a key that is derived from the server's secret."""

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        self._key = hmac.digest(secret.encode(), b"second factor challenges", sha256)
        self._clock = clock

    def issue(self, account: Account, portal: Portal, for_code: bool) -> IssuedChallenge:
        """for_code -- for signing in with a code; False: for setting up a second factor"""
        expires_at = (self._clock() + _LIFETIME).replace(microsecond=0)
        payload = {
            "aud": _AUDIENCE,
            "exp": int(expires_at.timestamp()),
            "sub": str(account.person_id),
            "org": str(account.organization_id),
            "portal": portal.value,
            "pwd": _digest(account.password_hash),
            "use": CODE if for_code else SETUP,
        }
        return IssuedChallenge(jwt.encode(payload, self._key, _ALGORITHM), expires_at)

    def check(self, text: str, use: str) -> Challenge | None:
        """Return the challenge, or None when it is not valid, is for another use, or has expired."""
        if len(text) > _LONGEST:
            return None
        try:
            payload = jwt.decode(text, self._key, [_ALGORITHM], options=_OPTIONS, audience=_AUDIENCE)
            expires_at = datetime.fromtimestamp(int(payload["exp"]), UTC)
            if payload["use"] != use or expires_at <= self._clock():
                return None
            ids = UUID(payload["org"]), UUID(payload["sub"])
            return Challenge(*ids, Portal(payload["portal"]), str(payload["pwd"]), use)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
            return None


def _digest(password_hash: str | None) -> str:
    return sha256((password_hash or "").encode()).hexdigest()
