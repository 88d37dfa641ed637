"""The values of cancelling occurrences (R9.1, R9.2): the options, the students concerned, and the outcome."""

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
    """The tokens that a cancellation creates.

    expires_on -- None means as the settings say (R7.7), unless `never_expires`
    override_limit -- whether students who are over the limit get one too (R7.6)
    send_emails -- whether their families are told
    """

    expires_on: date | None = None
    never_expires: bool = False
    override_limit: bool = False
    send_emails: bool = False


@dataclass(frozen=True, slots=True)
class CancellationOptions:
    """The options of R9.1.

    notify -- whether the families of all students on the roster are told
    tokens -- None when no tokens are created
    """

    comment: str | None = None
    notify: bool = False
    tokens: CancellationTokens | None = None


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token in its present state. `missed_on` is None when it was created by hand.

    flagged_for -- why it must be reviewed, or None
    stands -- whether it stands for the token of a cancellation already
    """

    id: UUID
    origin: MakeupTokenOrigin
    dates: TokenDates
    missed_on: date | None = None
    enrollment_id: UUID | None = None
    needs_review: bool = False
    flagged_for: str | None = None
    stands: bool = False

    @property
    def is_live(self) -> bool:
        return not (self.dates.is_revoked or self.dates.is_deleted)

    @property
    def is_tied(self) -> bool:
        return self.is_live and self.dates.makeup_on is not None


@dataclass(frozen=True, slots=True)
class CancelledPlace:
    """The enrollment through which a student is on the roster."""

    enrollment_id: UUID
    type: EnrollmentType
    dates: DateSpan


@dataclass(frozen=True, slots=True)
class CancelledStudent:
    """A student whom a cancellation concerns.

    sort_key -- sorts by last name, then first name (R3.2)
    place -- None when the student is no longer on the roster, but has a token of the occurrence
    makeups -- the tokens with which makeups in the occurrence were booked
    absence -- the automatic token for an absence at the occurrence
    cancellation -- the token for an earlier cancellation of the occurrence
    tokens_lapse_on -- the last day of new tokens because the student leaves (R8.11), or None
    email -- None when the family has no address
    """

    student_id: UUID
    first_name: str
    last_name: str
    sort_key: str
    family_id: UUID
    email: str | None
    place: CancelledPlace | None
    makeups: tuple[KnownToken, ...] = ()
    absence: KnownToken | None = None
    cancellation: KnownToken | None = None
    tokens_lapse_on: date | None = None


@dataclass(frozen=True, slots=True)
class CancelledSheet:
    """An occurrence that can be cancelled, with the students concerned.

    today -- the local date at the location
    session, session_ends_on -- as in TokenOccasion
    """

    key: OccurrenceKey
    kind: OfferingKind
    today: date
    session: DateSpan | None
    session_ends_on: date | None
    students: tuple[CancelledStudent, ...]


@dataclass(frozen=True, slots=True)
class StudentOutcome:
    """What happens to one student.

    absence -- what is done about the absence token of the occurrence
    stands -- whether the absence token stands for the cancellation token from now on
    token -- what is done about the cancellation token
    given_back -- the makeup tokens that become free
    counted -- how many tokens count towards the limit; None when they need not be counted
    """

    student: CancelledStudent
    absence: Decision = _NOTHING
    stands: bool = False
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
    """One e-mail to a family, about all of its students, ordered by first name."""

    family_id: UUID
    recipient: str
    outcomes: tuple[StudentOutcome, ...]


@dataclass(frozen=True, slots=True)
class CancellationPlan:
    """What cancelling one occurrence does.

    gives_tokens -- whether tokens were asked for
    unreachable -- the students whose family would be told but has no address
    expires_on -- the last day of the new tokens; None when they never expire
    """

    sheet: CancelledSheet
    gives_tokens: bool
    expires_on: date | None
    outcomes: tuple[StudentOutcome, ...]
    letters: tuple[Letter, ...]
    unreachable: tuple[StudentOutcome, ...]


def new_token_dates(plan: CancellationPlan, student: CancelledStudent) -> TokenDates:
    """Return the dates of the new token of this student."""
    return TokenDates(plan.sheet.today, plan.expires_on, lapses_on=student.tokens_lapse_on)


def token_expires_on(sheet: CancelledSheet, tokens: CancellationTokens, settings: MakeupTokenSettings) -> date | None:
    """Return the last day of the new tokens, or None when they never expire."""
    if tokens.never_expires or tokens.expires_on is not None:
        return tokens.expires_on
    return expires_on(
        settings,
        issued_on=sheet.today,
        missed_on=sheet.key.held_on,
        session_ends_on=sheet.session_ends_on,
    )
