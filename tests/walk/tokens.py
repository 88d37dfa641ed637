"""The token of one student for one missed class (R7.4, R8.3)."""

from dataclasses import dataclass
from datetime import date


@dataclass
class Token:
    issued_on: date
    expires_on: date
    is_revoked: bool = False

    def state(self, today: date) -> str:
        if self.is_revoked:
            return "REVOKED"
        return "EXPIRED" if self.expires_on < today else "AVAILABLE"
