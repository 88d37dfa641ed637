"""The error for a valid credential whose holder no longer exists."""

from attendance.rules.organization.permissions import Claims
from gql.protocol.errors import NotAuthenticated


class NobodyThere(NotAuthenticated):
    """The credential is valid, but its sign-in or kiosk has ended."""

    def __init__(self, claims: Claims) -> None:
        super().__init__(
            "This sign-in has ended. Sign in again."
            if claims.kiosk_id is None
            else "This kiosk was revoked or has expired. Staff can launch it again."
        )
