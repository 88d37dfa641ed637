"""A student's makeup tokens as they are shown: their order, their states, and what a family may see (R8.2 to R8.4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.occurrences import LocationFacts, PersonFacts, ProgramFacts
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date, local_dates
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenDates, token_state
from attendance.rules.vocabulary import MakeupTokenOrigin, MakeupTokenState, PersonKind, Source

MOST_IN_GROUP = 100
_HIDDEN_FROM_FAMILIES = frozenset({MakeupTokenState.SCHEDULED, MakeupTokenState.REVOKED, MakeupTokenState.DELETED})


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token as it is stored.

    zones -- the zones of its dates: that of its location, or those of all live locations for a token without a location
        (R7.7); UTC when there is none
    class_zone -- the zone of its makeup or of the requested class; None when it is free
    """

    id: UUID
    student_id: UUID
    origin: MakeupTokenOrigin
    source: Source
    dates: TokenDates
    missed: OccurrenceKey | None
    location: LocationFacts | None
    program: ProgramFacts | None
    comment: str | None
    issued_by: tuple[PersonKind, PersonFacts] | None
    makeup_enrollment_id: UUID | None
    zones: tuple[ZoneInfo, ...]
    class_zone: ZoneInfo | None = None

    def state(self, now: datetime) -> MakeupTokenState:
        """Return the state of the token (R8.3)."""
        first, last = local_dates(now, self.zones)
        at_class = None if self.class_zone is None else local_date(now, self.class_zone)
        return token_state(self.dates, first, latest=last, at_class=at_class)

    def at(self, zone: ZoneInfo) -> "TokenFacts":
        """Return the token as it is redeemed at a location in the zone. Only a token without a location follows the
        date there (R7.7).
        """
        return replace(self, zones=(zone,)) if self.location is None else self


def token_order(token: TokenFacts) -> tuple[date, UUID]:
    """Return the key by which tokens are sorted: expiration ascending, then id; tokens that never expire come last
    (R8.4).
    """
    return (token.dates.good_through or date.max, token.id)


def seen_by_family(tokens: Iterable[TokenFacts], settings: MakeupTokenSettings, now: datetime) -> list[TokenFacts]:
    """Return the tokens that a family may see: issued and not revoked or deleted, and expired only if the setting
    allows it (R8.2, R7.2).
    """
    hidden = _HIDDEN_FROM_FAMILIES
    if not settings.families_see_expired:
        hidden |= {MakeupTokenState.EXPIRED}
    return [token for token in tokens if token.state(now) not in hidden]


@dataclass(slots=True)
class TokenGroups:
    """Tokens by what can be done with them. Each group keeps the order that was given (R8.4)."""

    usable_here: list[TokenFacts] = field(default_factory=list)
    usable_elsewhere: list[TokenFacts] = field(default_factory=list)
    requested: list[TokenFacts] = field(default_factory=list)
    pending: list[TokenFacts] = field(default_factory=list)
    spent: list[TokenFacts] = field(default_factory=list)
    expired: list[TokenFacts] = field(default_factory=list)


def group_tokens(
    tokens: Iterable[TokenFacts], *, at_location: LocationFacts | None, ignores_locks: bool, now: datetime
) -> TokenGroups:
    """Sort tokens into groups, with at most MOST_IN_GROUP in a group.

    A group of usable tokens keeps the first ones in the order; a group of used or expired tokens keeps the last ones.
    Tokens that are scheduled, revoked or deleted are in no group.

    at_location -- the location in question; None counts every location as "here"
    """
    found = TokenGroups()
    groups = {
        MakeupTokenState.REQUESTED: found.requested,
        MakeupTokenState.PENDING: found.pending,
        MakeupTokenState.SPENT: found.spent,
        MakeupTokenState.EXPIRED: found.expired,
    }
    for token in tokens:
        state = token.state(now)
        if state is MakeupTokenState.AVAILABLE:
            is_here = at_location is None or _is_usable_at(token, at_location, ignores_locks=ignores_locks, now=now)
            (found.usable_here if is_here else found.usable_elsewhere).append(token)
        elif state in groups:
            groups[state].append(token)
    for to_use in (found.usable_here, found.usable_elsewhere, found.requested, found.pending):
        del to_use[MOST_IN_GROUP:]
    for over in (found.spent, found.expired):
        del over[:-MOST_IN_GROUP]
    return found


def _is_usable_at(token: TokenFacts, location: LocationFacts, *, ignores_locks: bool, now: datetime) -> bool:
    if token.location is not None:
        return ignores_locks or token.location.id == location.id
    return token.at(ZoneInfo(location.time_zone)).state(now) is MakeupTokenState.AVAILABLE
