"""A makeup token as later steps see it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenDates, token_state
from attendance.rules.vocabulary import MakeupTokenState
from demo.business import Site


@dataclass(eq=False)
class Token:
    """A token's row, and the other facts from which its state is derived (R8.3)."""

    row: dict[str, Any]
    site: Site
    makeup_on: date | None = None
    requested_on: date | None = None

    @property
    def occurrence(self) -> OccurrenceKey | None:
        timeslot_id: UUID | None = self.row["timeslot_id"]
        return OccurrenceKey(timeslot_id, self.row["held_on"]) if timeslot_id else None

    def state(self, today: date) -> MakeupTokenState:
        row = self.row
        dates = TokenDates(
            issued_on=row["issued_on"],
            expires_on=row["expires_on"],
            is_revoked=row["revoked_at"] is not None,
            is_deleted=row["deleted_at"] is not None,
            requested_on=self.requested_on,
            makeup_on=self.makeup_on,
        )
        return token_state(dates, today)
