"""Who may sign in, and the refresh token that keeps a person signed in. Secrets are bytes, and the time is
a parameter.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from uuid import UUID

from attendance.rules.organization.permissions import kind_for
from attendance.rules.organization.sign_in_refusals import OrganizationChoice, OrganizationChoiceRequired, SignInRefused
from attendance.rules.vocabulary import PersonKind, Portal, SignInRefusedReason

# An answer can be lost on its way. For this time, the previous refresh token gets the same answer again.
GRACE = timedelta(seconds=60)
_SECRET_LENGTH = 32

WRONG_SIGN_IN = "The e-mail address or the password is wrong."
WRONG_PORTAL = "This account cannot use this portal."


@dataclass(frozen=True, slots=True)
class Account:
    """An account with an e-mail address in an organization. `password_hash` is None when it has no password to sign in
    with.
    """

    organization_id: UUID
    organization_name: str
    person_id: UUID
    kind: PersonKind
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a refresh token can be used after it was given, and the server's key from which the next ones are
    derived.

    longest -- how long a session goes on at most, however often it is refreshed
    """

    key: bytes
    refresh_lifetime: timedelta = timedelta(days=30)
    longest: timedelta = timedelta(days=365)

    def expiry(self, now: datetime, signed_in_at: datetime) -> datetime:
        """Return when a refresh token that is given now expires."""
        return min(now + self.refresh_lifetime, signed_in_at + self.longest)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token. Its text has the organization, the sign-in and the secret, separated by full stops. Only its
    digest is stored.
    """

    organization_id: UUID
    sign_in_id: UUID
    secret: bytes

    def encode(self) -> str:
        return (
            f"{self.organization_id.hex}.{self.sign_in_id.hex}.{urlsafe_b64encode(self.secret).rstrip(b'=').decode()}"
        )

    @classmethod
    def decode(cls, text: str) -> "RefreshToken | None":
        """Return the token, or None when the text was never a refresh token."""
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

    def next(self, terms: SessionTerms) -> "RefreshToken":
        """Return the token that follows this one. It is always the same, so a lost answer can be given again.

        It is stored nowhere, and nobody can compute it without the server's key.
        """
        secret = hmac.digest(terms.key, b"next:" + self.sign_in_id.bytes + self.secret, sha256)
        return RefreshToken(self.organization_id, self.sign_in_id, secret)


@dataclass(frozen=True, slots=True)
class SignInState:
    """What is stored about a sign-in."""

    refresh_hash: bytes
    previous_refresh_hash: bytes | None
    refreshed_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    created_at: datetime


class Refresh(Enum):
    """What to do with a refresh token that a client sends."""

    ROTATE = auto()  # it is the current one: give the next one
    REPEAT = auto()  # it is the previous one, and the answer may have been lost: give the same answer again
    REUSED = auto()  # it is the previous one, but long after: two parties have it, so the sign-in ends
    UNKNOWN = auto()
    EXPIRED = auto()
    ENDED = auto()


def judge(token: RefreshToken, state: SignInState, terms: SessionTerms, now: datetime) -> Refresh:
    """Decide what to do with a refresh token.

    A token that is neither the current nor the previous one changes nothing: the id of its sign-in is not secret, and
    nobody may end another person's session with it.
    """
    is_current = hmac.compare_digest(token.digest, state.refresh_hash)
    is_previous = hmac.compare_digest(token.digest, state.previous_refresh_hash or b"")
    if not is_current and not is_previous:
        return Refresh.UNKNOWN
    if state.ended_at is not None:
        return Refresh.ENDED
    if state.expires_at <= now:
        return Refresh.EXPIRED
    if is_current:
        return Refresh.ROTATE
    is_fresh = state.refreshed_at is not None and now - state.refreshed_at <= GRACE
    if is_fresh and hmac.compare_digest(token.next(terms).digest, state.refresh_hash):
        return Refresh.REPEAT
    return Refresh.REUSED


def first_token(
    organization_id: UUID, person_id: UUID, portal: Portal, idempotency_key: str, terms: SessionTerms
) -> RefreshToken:
    """Return the first token of the sign-in that this key makes. It is the same for every retry (R4.11), and stored
    nowhere.
    """
    seed = f"first:{organization_id}:{person_id}:{portal}:{idempotency_key}".encode()
    digest = hmac.digest(terms.key, seed, sha256)
    secret = hmac.digest(terms.key, b"secret:" + digest, sha256)
    return RefreshToken(organization_id, UUID(bytes=digest[:16], version=5), secret)


def choose_account(right: Sequence[Account], portal: Portal) -> Account:
    """Return the account to sign in, among those for which the password is correct.

    Raises SignInRefused when there is none, or, which is only said after a correct password, when the portal is for
    none of them. Raises OrganizationChoiceRequired when there are several.
    """
    if not right:
        raise SignInRefused(SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD, WRONG_SIGN_IN)
    fitting = [account for account in right if account.kind is kind_for(portal)]
    if not fitting:
        raise SignInRefused(SignInRefusedReason.WRONG_PORTAL, WRONG_PORTAL)
    if len(fitting) > 1:
        choices = tuple(OrganizationChoice(each.organization_id, each.organization_name) for each in fitting)
        raise OrganizationChoiceRequired(choices, "Choose the organization to sign in to.")
    return fitting[0]
