"""A student's makeup tokens as they are shown: order, state, and what a family gets to see (R8.2 to R8.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar import OccurrenceKey, local_date
from attendance.rules.makeup_tokens import TokenDates, token_state
from attendance.rules.occurrences import LocationFacts, PersonFacts, ProgramFacts
from attendance.rules.settings import MakeupTokenSettings
from attendance.rules.vocabulary import MakeupTokenOrigin, MakeupTokenState, PersonKind

_HIDDEN_FROM_FAMILIES = frozenset({MakeupTokenState.SCHEDULED, MakeupTokenState.REVOKED, MakeupTokenState.DELETED})


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token as it is remembered. `zone` is where its dates are local: its location, else that of the class missed,
    else the organization's first location; None: the organization has none.
    """

    id: UUID
    student_id: UUID
    origin: MakeupTokenOrigin
    dates: TokenDates
    missed: OccurrenceKey | None
    location: LocationFacts | None
    program: ProgramFacts | None
    comment: str | None
    issued_by: tuple[PersonKind, PersonFacts] | None
    makeup_enrollment_id: UUID | None
    zone: ZoneInfo | None

    def state(self, now: datetime) -> MakeupTokenState:
        """R8.3."""
        return token_state(self.dates, local_date(now, self.zone) if self.zone else now.astimezone(UTC).date())


def token_order(token: TokenFacts) -> tuple[date, UUID]:
    """R8.4: expiration ascending, then id; never-expiring ones last."""
    return (token.dates.good_through or date.max, token.id)


def seen_by_family(tokens: Iterable[TokenFacts], settings: MakeupTokenSettings, now: datetime) -> list[TokenFacts]:
    """R8.2, R7.2: those that were issued and not taken back; expired ones where the organization shows them."""
    hidden = _HIDDEN_FROM_FAMILIES
    if not settings.families_see_expired:
        hidden |= {MakeupTokenState.EXPIRED}
    return [token for token in tokens if token.state(now) not in hidden]
