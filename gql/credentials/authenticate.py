"""Finds out who sends a request, as far as the credential alone can tell without the database."""

import jwt

from attendance.rules.organization.permissions import Claims
from gql.credentials.access_tokens import ALGORITHM as OUR_ALGORITHM
from gql.credentials.access_tokens import AccessTokens
from gql.credentials.identity_provider import ALGORITHMS as PROVIDER_ALGORITHMS
from gql.credentials.identity_provider import ProviderTokens
from gql.protocol.errors import NotAuthenticated

_LONGEST = 8192


class Authenticate:
    """Reads Rollbook's own tokens and, when one is configured, those of an external identity provider. The signing
    algorithm tells them apart.
    """

    def __init__(self, access_tokens: AccessTokens, provider: ProviderTokens | None = None) -> None:
        self._access_tokens = access_tokens
        self._provider = provider

    async def __call__(self, authorization: str | None) -> Claims | None:
        """Return the claims of an Authorization header, or None without a header, which means an anonymous caller.

        Raises CredentialExpired for a token that has expired, NotAuthenticated for any other invalid one, and
        ProviderAway.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise NotAuthenticated("Write the access token as: Authorization: Bearer <access token>.")
        if self._access_tokens.has_checked(token):
            return self._access_tokens.check(token)
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise NotAuthenticated("The access token is not valid.") from None
        algorithm = header.get("alg")
        if algorithm == OUR_ALGORITHM:
            return self._access_tokens.check(token)
        if self._provider is not None and algorithm in PROVIDER_ALGORITHMS:
            return await self._provider.check(token, header.get("kid"))
        raise NotAuthenticated("The access token is not signed with an algorithm that is accepted here.")
