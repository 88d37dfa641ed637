"""Who may sign in, and the refresh token that keeps somebody signed in. Pure: secrets are bytes, instants are given."""

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

# An answer can be lost on its way: for so long the token before the current one gets the same answer again.
GRACE = timedelta(seconds=60)
_SECRET_LENGTH = 32

WRONG_SIGN_IN = "The e-mail address or the password is not right."
WRONG_PORTAL = "This account cannot use this portal."


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an e-mail address in an organization; `password_hash` None: cannot sign in with a password."""

    organization_id: UUID
    organization_name: str
    person_id: UUID
    kind: PersonKind
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a refresh token is good after it was given, and the server's key from which the next ones derive."""

    key: bytes
    refresh_lifetime: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """On the wire: the organization, the sign-in and the secret, parted by full stops. Only the digest is stored."""

    organization_id: UUID
    sign_in_id: UUID
    secret: bytes

    def encode(self) -> str:
        return (
            f"{self.organization_id.hex}.{self.sign_in_id.hex}.{urlsafe_b64encode(self.secret).rstrip(b'=').decode()}"
        )

    @classmethod
    def decode(cls, text: str) -> "RefreshToken | None":
        """None for text that was never a refresh token."""
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
        """The token that follows this one: always the same, so that a lost answer can be given again although it is
        stored nowhere, and known to nobody without the server's key.
        """
        secret = hmac.digest(terms.key, b"next:" + self.sign_in_id.bytes + self.secret, sha256)
        return RefreshToken(self.organization_id, self.sign_in_id, secret)


@dataclass(frozen=True, slots=True)
class SignInState:
    """What is remembered of a sign-in."""

    refresh_hash: bytes
    previous_refresh_hash: bytes | None
    refreshed_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None


class Refresh(Enum):
    """What becomes of a refresh token that comes in."""

    ROTATE = auto()  # it is the current one: give the next
    REPEAT = auto()  # it is the one before, and the answer may have been lost: give the same again
    REUSED = auto()  # it is the one before, long after: two parties hold it, so the sign-in ends
    UNKNOWN = auto()
    EXPIRED = auto()
    ENDED = auto()


def judge(token: RefreshToken, state: SignInState, terms: SessionTerms, now: datetime) -> Refresh:
    """A token that is neither the current one nor the one before changes nothing: its sign-in's id is no secret, and
    nobody shall end another's session with it.
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
    """The first token of the sign-in that this key makes: the same for every retry (R4.11), without being stored."""
    seed = f"first:{organization_id}:{person_id}:{portal}:{idempotency_key}".encode()
    digest = hmac.digest(terms.key, seed, sha256)
    secret = hmac.digest(terms.key, b"secret:" + digest, sha256)
    return RefreshToken(organization_id, UUID(bytes=digest[:16], version=5), secret)


def choose_account(right: Sequence[Account], portal: Portal) -> Account:
    """The account to sign in, of those whose password is right.

    Raises SignInRefused (none; or, told only after a right password, none that the portal is for) and
    OrganizationChoiceRequired (several).
    """
    if not right:
        raise SignInRefused(SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD, WRONG_SIGN_IN)
    fitting = [account for account in right if account.kind is kind_for(portal)]
    if not fitting:
        raise SignInRefused(SignInRefusedReason.WRONG_PORTAL, WRONG_PORTAL)
    if len(fitting) > 1:
        choices = tuple(OrganizationChoice(each.organization_id, each.organization_name) for each in fitting)
        raise OrganizationChoiceRequired(choices, "Say which organization to sign in to.")
    return fitting[0]
