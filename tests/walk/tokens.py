"""A makeup token: of one student for one missed class, or by hand (R7.4, R8.3)."""

from dataclasses import dataclass
from datetime import date


@dataclass
class Token:
    """`expires_on` is None when it never expires. `id` is set for one that staff made."""

    issued_on: date
    expires_on: date | None
    is_revoked: bool = False
    is_deleted: bool = False
    id: str = ""

    def state(self, today: date) -> str:
        if self.is_deleted:
            return "DELETED"
        if self.is_revoked:
            return "REVOKED"
        if self.expires_on is not None and self.expires_on < today:
            return "EXPIRED"
        return "SCHEDULED" if self.issued_on > today else "AVAILABLE"

    def is_unused(self, today: date) -> bool:
        return self.state(today) in ("SCHEDULED", "AVAILABLE")
