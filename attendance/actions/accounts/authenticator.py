"""Secrets of authenticator apps: made, encrypted, and compared with codes (R12.4)."""

import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attendance.rules.accounts.second_factor import STEP_SECONDS, steps_around

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Encrypts with a key that is derived from the server's secret: a copy of the database alone makes no codes. The
    person's ids are authenticated with the secret, so it cannot be moved to another account.
    """

    key: bytes

    @classmethod
    def of(cls, secret: str) -> "Authenticator":
        """secret -- the server's secret, which also protects other things"""
        return cls(hmac.digest(secret.encode(), b"second factors", sha256))

    def new_secret(self) -> str:
        """Return a random secret of 160 bits, in base 32 as apps read it."""
        return pyotp.random_base32()

    def seal(self, organization_id: UUID, person_id: UUID, secret: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), organization_id.bytes + person_id.bytes)

    def uri(self, secret: str, *, account: str, issuer: str) -> str:
        """Return the address that an app reads from a QR code."""
        return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)

    def find_step(
        self, organization_id: UUID, person_id: UUID, sealed: bytes, code: str, *, after: int | None, now: datetime
    ) -> int | None:
        """Return the step of time to which the code belongs, or None when it is wrong or its step was used.

        after -- the last step that was used, or None before the first
        """
        try:
            secret = AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], organization_id.bytes + person_id.bytes)
        except InvalidTag:
            # The server's secret is another one than when the app was set up: the recovery codes still work.
            return None
        totp = pyotp.TOTP(secret.decode(), interval=STEP_SECONDS)
        found = [
            step for step in steps_around(now) if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        ]
        return next((step for step in found if after is None or step > after), None)
