"""Cancelling occurrences (R9.1, R9.2): what is asked, whom it concerns, and what it comes to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import expires_on
from attendance.rules.tokens.makeup_tokens import (
    Decision,
    TokenCause,
    TokenDates,
    TokenStep,
)
from attendance.rules.vocabulary import EnrollmentType, MakeupTokenOrigin, OfferingKind

COMMENT_LIMIT = 2000
MOST_OCCURRENCES = 2000

_NOTHING = Decision(TokenStep.NOTHING)


@dataclass(frozen=True, slots=True)
class CancellationTokens:
    """The tokens that a cancellation brings. Expiry: never, on a date, or (neither) as the settings say (R7.7).
    `override_limit`: also for students who are over the limit (R7.6). `send_emails`: their families are told.
    """

    expires_on: date | None = None
    never_expires: bool = False
    override_limit: bool = False
    send_emails: bool = False


@dataclass(frozen=True, slots=True)
class CancellationOptions:
    """R9.1. `notify`: the families of all students on the roster are told. `tokens` None: none are created."""

    comment: str | None = None
    notify: bool = False
    tokens: CancellationTokens | None = None


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token as it stands. `missed_on` None: it was made by hand."""

    id: UUID
    origin: MakeupTokenOrigin
    dates: TokenDates
    missed_on: date | None = None
    enrollment_id: UUID | None = None
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class CancelledPlace:
    """The enrollment that speaks for a student on the roster."""

    enrollment_id: UUID
    type: EnrollmentType
    dates: DateSpan


@dataclass(frozen=True, slots=True)
class CancelledStudent:
    """A student whom a cancellation concerns. `place` None: on the roster no more, with a token of the occurrence.
    `makeups` are the tokens that makeups in the occurrence were booked with; `absence` and `cancellation` the
    automatic tokens of the occurrence itself. `email` None: the family has no address.
    """

    student_id: UUID
    first_name: str
    last_name: str
    family_id: UUID
    email: str | None
    place: CancelledPlace | None
    makeups: tuple[KnownToken, ...] = ()
    absence: KnownToken | None = None
    cancellation: KnownToken | None = None


@dataclass(frozen=True, slots=True)
class CancelledSheet:
    """An occurrence that can be cancelled, with those whom it concerns. `today` is the location's local date, `session`
    the attached one that covers the date.
    """

    key: OccurrenceKey
    kind: OfferingKind
    today: date
    session: DateSpan | None
    students: tuple[CancelledStudent, ...]


@dataclass(frozen=True, slots=True)
class StudentOutcome:
    """What happens to one student: to the absence token of the occurrence, to the cancellation token, and the makeup
    tokens that come back. `counted`: how many tokens count towards the limit; None where nobody had to count.
    """

    student: CancelledStudent
    absence: Decision = _NOTHING
    token: Decision = _NOTHING
    given_back: tuple[KnownToken, ...] = ()
    counted: int | None = None

    @property
    def gets_token(self) -> bool:
        return self.token.step in (TokenStep.ISSUE, TokenStep.REINSTATE)

    @property
    def is_over_limit(self) -> bool:
        return self.token.cause is TokenCause.OVER_LIMIT


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to a family about all of its students, these by first name."""

    family_id: UUID
    recipient: str
    outcomes: tuple[StudentOutcome, ...]


@dataclass(frozen=True, slots=True)
class CancellationPlan:
    """`unreachable` are the outcomes of which a family without an address would have been told. `expires_on` is that of
    the new tokens; None: never.
    """

    sheet: CancelledSheet
    expires_on: date | None
    outcomes: tuple[StudentOutcome, ...]
    letters: tuple[Letter, ...]
    unreachable: tuple[StudentOutcome, ...]


def token_expires_on(sheet: CancelledSheet, tokens: CancellationTokens, settings: MakeupTokenSettings) -> date | None:
    """None: never."""
    if tokens.never_expires or tokens.expires_on is not None:
        return tokens.expires_on
    return expires_on(
        settings,
        issued_on=sheet.today,
        missed_on=sheet.key.held_on,
        session_ends_on=None if sheet.session is None else sheet.session.ends_on,
    )
