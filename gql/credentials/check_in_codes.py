"""The signed text of a family's QR code (R5.2): `RB1.` and 52 bytes in base64url, 74 characters in total.

The bytes are the organization's id, the family's id, the number of the code (4 bytes, big-endian), and the first 16
bytes of the HMAC-SHA256 over them. docs/decisions/0013-kiosk.md says why.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from attendance.rules.kiosk.kiosk import FamilyCode

_PREFIX = "RB1."
_TAG = 16
_FACTS = 16 + 16 + 4
_LENGTH = len(_PREFIX) + -(-(_FACTS + _TAG) * 4 // 3)


class CheckInCodes:
    """Makes and reads codes, with a key that is derived from the server's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"check-in codes", sha256)

    def make(self, code: FamilyCode) -> str:
        """Return the text of a code. The same code always has the same text."""
        facts = code.organization_id.bytes + code.family_id.bytes + code.number.to_bytes(4, "big")
        return _PREFIX + urlsafe_b64encode(facts + self._tag(facts)).decode().rstrip("=")

    def read(self, text: str) -> FamilyCode | None:
        """Return the code, or None when this server did not make the text. Only the database knows whether it is the
        family's latest code.
        """
        if len(text) != _LENGTH or not text.startswith(_PREFIX):
            return None
        try:
            raw = urlsafe_b64decode(text.removeprefix(_PREFIX).encode("ascii") + b"==")
        except (ValueError, binascii.Error):
            return None
        code = FamilyCode(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), int.from_bytes(raw[32:_FACTS], "big"))
        # Base64 has several spellings for the same bytes, but a code has only one text.
        return code if hmac.compare_digest(self.make(code), text) else None

    def _tag(self, facts: bytes) -> bytes:
        return hmac.digest(self._key, facts, sha256)[:_TAG]
