"""The links with which people choose a password: invitations and resets (R12.1, R12.2). The time is a parameter."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from uuid import UUID

from attendance.rules.accounts.ending_staff import has_left
from attendance.rules.vocabulary import AccountLinkPurpose

FOUNDING_LIFETIME = timedelta(minutes=30)
LIFETIMES = {
    AccountLinkPurpose.INVITATION: timedelta(hours=72),
    AccountLinkPurpose.PASSWORD_RESET: timedelta(minutes=30),
}
_PAGES = {
    AccountLinkPurpose.INVITATION: "accept-invitation",
    AccountLinkPurpose.PASSWORD_RESET: "reset-password",
}
_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class LinkToken:
    """The token of a link. Its text has the organization, the link and the secret, separated by full stops. Only the
    secret's digest is stored.
    """

    organization_id: UUID
    link_id: UUID
    secret: bytes

    def encode(self) -> str:
        secret = urlsafe_b64encode(self.secret).rstrip(b"=").decode()
        return f"{self.organization_id.hex}.{self.link_id.hex}.{secret}"

    @classmethod
    def decode(cls, text: str) -> "LinkToken | None":
        """Return the token, or None when the text was never one."""
        parts = text.split(".")
        if len(parts) != 3 or not text.isascii():
            return None
        try:
            secret = urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4))
            return cls(UUID(hex=parts[0]), UUID(hex=parts[1]), secret) if len(secret) == _SECRET_LENGTH else None
        except ValueError:
            return None

    @property
    def digest(self) -> bytes:
        return sha256(self.secret).digest()


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """How links are made.

    key -- the server's key, from which each link's secret is derived
    public_url -- the address of the pages to which links lead, without a slash at its end
    """

    key: bytes
    public_url: str

    @classmethod
    def of(cls, secret: str, public_url: str) -> "LinkTerms":
        """secret -- the server's secret, which also protects other things"""
        return cls(hmac.digest(secret.encode(), b"account links", sha256), public_url)

    def token(self, organization_id: UUID, link_id: UUID) -> LinkToken:
        """Return the token of a link. It is always the same, so whoever sends the e-mail can make it again, and it
        stands in no row of the outbox.
        """
        secret = hmac.digest(self.key, b"link:" + organization_id.bytes + link_id.bytes, sha256)
        return LinkToken(organization_id, link_id, secret)

    def address(self, purpose: AccountLinkPurpose, token: LinkToken, *, for_family: bool = False) -> str:
        """Return the address to open. The token is in its fragment, which browsers send to no server.

        for_family -- whether the link is for a guardian, who uses the pages below /family
        """
        folder = "/family" if for_family else ""
        return f"{self.public_url}{folder}/{_PAGES[purpose]}#{token.encode()}"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is stored about a link and about the access of its person."""

    purpose: AccountLinkPurpose
    person_id: UUID
    secret_hash: bytes
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    ended_at: datetime | None
    ends_at: datetime | None


class LinkVerdict(Enum):
    """What to do with a link that somebody opens."""

    OPEN = auto()
    USED = auto()
    EXPIRED = auto()
    REVOKED = auto()
    UNKNOWN = auto()


def judge_link(token: LinkToken, state: LinkState | None, purpose: AccountLinkPurpose, now: datetime) -> LinkVerdict:
    """Decide whether the link can be used for the purpose. The secret is compared first: nobody learns anything about
    a link from its id.
    """
    if state is None or state.purpose is not purpose or not hmac.compare_digest(token.digest, state.secret_hash):
        return LinkVerdict.UNKNOWN
    if state.used_at is not None:
        return LinkVerdict.USED
    if state.revoked_at is not None or has_left(state.ended_at, state.ends_at, now):
        return LinkVerdict.REVOKED
    return LinkVerdict.EXPIRED if state.expires_at <= now else LinkVerdict.OPEN
