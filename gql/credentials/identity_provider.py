"""Reads the tokens of an external identity provider, and checks them with the keys that it publishes (JWKS).

docs/decisions/0004-credentials.md says which claims are read and how they become a viewer.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

import jwt
import structlog

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Portal
from gql.protocol.errors import CredentialExpired, NotAuthenticated, Unavailable

log = structlog.get_logger("rollbook.api")

ALGORITHMS = ("RS256", "ES256")
_OPTIONS: Any = {"require": ["iss", "aud", "exp", "iat", "sub"], "verify_exp": False, "verify_iat": False}
_PORTALS = frozenset(Portal) - {Portal.KIOSK}


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider publishes its keys, what its tokens say about themselves, and the names of the claims that
    identify the caller.
    """

    url: str
    issuer: str
    audience: str
    email_claim: str = "email"
    email_verified_claim: str = "email_verified"
    organization_claim: str = "rollbook_organization"
    portal_claim: str = "rollbook_portal"


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """How long the provider's keys are used, in seconds.

    fresh -- after this time, the keys are requested again
    pause -- the shortest time between two requests, even for an unknown key
    stale -- after this time, keys that could not be renewed are no longer trusted
    """

    timeout: float = 5.0
    fresh: float = 600.0
    pause: float = 30.0
    stale: float = 3600.0


class ProviderAway(Unavailable):
    """The provider's keys cannot be fetched, so the token cannot be checked."""


class SigningKeys:
    """The provider's public keys, cached. One caller at a time fetches them, in a thread."""

    def __init__(self, url: str, times: KeyTimes | None = None, seconds: Callable[[], float] = monotonic) -> None:
        self._times = times or KeyTimes()
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=self._times.timeout)
        self._seconds = seconds
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._tried = -float("inf")
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key with this name, or None when the provider has no such key. Raises ProviderAway."""
        if not self._is_older(self._times.fresh) and key_id in self._keys:
            return self._keys[key_id]
        # One caller renews keys that are no longer fresh. The others continue with the cached ones.
        if not (self._fetching.locked() and key_id in self._keys):
            async with self._fetching:
                if self._seconds() - self._tried >= self._times.pause:
                    await self._fetch()
        if self._is_older(self._times.stale):
            raise ProviderAway(retry_after=5)
        return self._keys.get(key_id)

    def _is_older(self, age: float) -> bool:
        return self._seconds() - self._fetched > age

    async def _fetch(self) -> None:
        self._tried = self._seconds()
        try:
            async with asyncio.timeout(self._times.timeout * 2):
                found = await asyncio.to_thread(self._client.get_signing_keys)
        except (jwt.PyJWTError, OSError, ValueError) as error:
            log.warning("identity_provider_away", fault=error)
            return
        self._keys = {str(key.key_id): key for key in found if key.algorithm_name in ALGORITHMS}
        self._fetched = self._seconds()


class ProviderTokens:
    """Checks tokens of the provider."""

    def __init__(self, provider: Provider, keys: SigningKeys, clock: Callable[[], datetime]) -> None:
        self._provider = provider
        self._keys = keys
        self._clock = clock

    async def check(self, token: str, key_id: object) -> Claims:
        """Return the claims of a token. Raises CredentialExpired, NotAuthenticated and ProviderAway."""
        key = await self._keys.find(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise NotAuthenticated("The token is signed with a key that its issuer does not publish.")
        try:
            payload = jwt.decode(
                token,
                key,
                list(ALGORITHMS),
                options=_OPTIONS,
                audience=self._provider.audience,
                issuer=self._provider.issuer,
            )
            claims = self._read(payload)
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, KeyError, OverflowError):
            raise NotAuthenticated("The token of the identity provider is not valid here.") from None
        if claims.expires_at <= self._clock():
            raise CredentialExpired("The token of the identity provider has expired.")
        return claims

    def _read(self, payload: dict[str, Any]) -> Claims:
        """Return the caller's claims. Raises ValueError, TypeError, AttributeError or KeyError for claims that cannot
        be mapped.
        """
        names = self._provider
        email = payload[names.email_claim]
        if payload[names.email_verified_claim] is not True or not isinstance(email, str) or not email:
            raise ValueError("the e-mail address is not verified")
        portal = Portal(payload[names.portal_claim])
        if portal not in _PORTALS:
            raise ValueError("kiosks only sign in with Rollbook's own tokens")
        return Claims(
            UUID(payload[names.organization_claim]),
            portal,
            datetime.fromtimestamp(int(payload["exp"]), UTC),
            email=email,
        )
