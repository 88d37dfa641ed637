"""Rollbook's own access tokens. They are short-lived, signed with the server's secret, and checked without the
database.

docs/decisions/0004-credentials.md says what they contain and why.
"""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt

from attendance.rules.organization.permissions import Claims, kind_for
from attendance.rules.vocabulary import Portal
from db.asyncpg_internals import DriversUUID
from gql.protocol.errors import CredentialExpired, NotAuthenticated

ALGORITHM = "HS256"
_ISSUER = "rollbook"
_AUDIENCE = "rollbook-api"
_KIOSK = "KIOSK"
_REQUIRED = ["iss", "aud", "exp", "iat", "sub", "org", "portal", "kind"]
# The clocks of two servers may differ by this much.
_DRIFT = timedelta(seconds=60)
# Tokens whose claims are kept, the newest ones. Only tokens with a good signature are.
_REMEMBERED = 4096
# PyJWT would read the clock itself. The dates are checked here instead, with the clock that everything else uses.
_OPTIONS: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


class AccessTokens:
    """Signs and checks tokens, with a key that is derived from the server's secret, because the secret also protects
    other things.

    lifetime -- the lifetime of a token in seconds, unless another one is requested
    """

    def __init__(self, secret: str, clock: Callable[[], datetime], lifetime: float) -> None:
        self._key = hmac.digest(secret.encode(), b"access tokens", sha256)
        self._clock = clock
        self._lifetime = timedelta(seconds=lifetime)
        self._checked: dict[str, Claims] = {}

    def claims(
        self, organization_id: UUID, portal: Portal, holder_id: UUID, sign_in_id: UUID | None, expires_at: datetime
    ) -> Claims:
        """Return the claims of a person with a sign-in, or of a kiosk, which has none."""
        if portal is Portal.KIOSK:
            return Claims(organization_id, portal, expires_at, kiosk_id=holder_id)
        return Claims(organization_id, portal, expires_at, person_id=holder_id, sign_in_id=sign_in_id)

    def expiry(self, now: datetime) -> datetime:
        """Return when a token that is signed now expires, in whole seconds, because a token has no smaller unit."""
        return (now + self._lifetime).replace(microsecond=0)

    def sign(self, claims: Claims, now: datetime) -> str:
        """Return a token with these claims, valid until their `expires_at`."""
        kind = kind_for(claims.portal)
        payload = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
            "sub": str(claims.person_id or claims.kiosk_id),
            "org": str(claims.organization_id),
            "portal": claims.portal.value,
            "kind": _KIOSK if kind is None else kind.value,
        }
        if claims.sign_in_id is not None:
            payload["sid"] = str(claims.sign_in_id)
        return jwt.encode(payload, self._key, ALGORITHM)

    def check(self, token: str) -> Claims:
        """Return the claims of a token. Raises CredentialExpired for a token that has expired, and NotAuthenticated for
        any other invalid one.
        """
        claims = self._checked.get(token)
        if claims is None:
            claims = self._decoded(token)
            self._checked[token] = claims
            if len(self._checked) > _REMEMBERED:
                del self._checked[next(iter(self._checked))]
        if claims.expires_at <= self._clock():
            raise CredentialExpired("The access token has expired. Refresh the session.")
        return claims

    def has_checked(self, token: str) -> bool:
        """Return whether the signature of this token was checked already, so that another check costs nothing."""
        return token in self._checked

    def _decoded(self, token: str) -> Claims:
        try:
            payload = jwt.decode(token, self._key, [ALGORITHM], options=_OPTIONS, issuer=_ISSUER, audience=_AUDIENCE)
            return self._read(payload)
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
            raise NotAuthenticated("The access token is not valid.") from None

    def _read(self, payload: dict[str, Any]) -> Claims:
        """Return the claims. Raises ValueError, TypeError or AttributeError for claims that this server never signs."""
        portal = Portal(payload["portal"])
        kind = kind_for(portal)
        if payload["kind"] != (_KIOSK if kind is None else kind.value):
            raise ValueError("the kind does not fit the portal")
        # A token from the future was signed by a server whose clock is wrong, and would outlive its lifetime.
        begins = max(int(payload["iat"]), int(payload.get("nbf", payload["iat"])))
        if datetime.fromtimestamp(begins, UTC) > self._clock() + _DRIFT:
            raise ValueError("the token is not valid yet")
        sign_in_id = None if portal is Portal.KIOSK else UUID(payload.get("sid", ""))
        # Each request hashes these a dozen times, which runs no Python for ids of the driver's kind.
        return self.claims(
            DriversUUID(payload["org"]),
            portal,
            DriversUUID(payload["sub"]),
            sign_in_id,
            datetime.fromtimestamp(int(payload["exp"]), UTC),
        )
