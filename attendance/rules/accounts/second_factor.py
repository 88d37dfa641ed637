"""The second factor (R12.4): when a code is good, and for whom it is required. Secrets are bytes, the time is a
parameter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from attendance.rules.vocabulary import Permission

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECOVERY_LENGTH = 24
RECOVERY_BYTES = RECOVERY_CODES * _RECOVERY_LENGTH
# The clock of a phone may be ahead or behind by a step.
_AROUND = (0, -1, 1)
_NEEDS_ONE = frozenset({Permission.OWNER, Permission.MANAGE_SETTINGS})


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What is stored about an authenticator app.

    sealed -- its secret, encrypted
    confirmed_at -- when the person gave the first code; None while it is not in force
    last_step -- the step of the last code that was used; None when no code was used
    """

    sealed: bytes
    confirmed_at: datetime | None
    last_step: int | None


def steps_around(now: datetime) -> tuple[int, ...]:
    """Return the steps of time whose codes are good at the instant."""
    present = int(now.timestamp()) // STEP_SECONDS
    return tuple(present + each for each in _AROUND)


def recovery_codes(random: bytes) -> list[str]:
    """Return recovery codes made of RECOVERY_BYTES random bytes. Each has 120 bits, so a plain digest protects it."""
    texts = ["".join(_ALPHABET[byte % 32] for byte in random[at : at + _RECOVERY_LENGTH]) for at in _places()]
    return ["-".join(text[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4)) for text in texts]


def recovery_digest(code: str) -> bytes | None:
    """Return the digest of a recovery code as it was typed, or None for a text that is none. Upper and lower case,
    spaces and hyphens make no difference.
    """
    text = "".join(code.upper().replace("-", "").split())
    if len(text) != _RECOVERY_LENGTH or not text.isascii():
        return None
    return sha256(text.encode()).digest()


def is_app_code(code: str) -> bool:
    """Return whether the text can be a code of an authenticator app."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def is_required(held: Collection[Permission], *, by_setting: bool) -> bool:
    """Return whether somebody who holds these permissions must have a second factor."""
    return by_setting and not _NEEDS_ONE.isdisjoint(held)


def _places() -> range:
    return range(0, RECOVERY_BYTES, _RECOVERY_LENGTH)
