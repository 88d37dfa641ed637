"""Why a makeup cannot be booked (R8.6): each check its own refusal, with its facts."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import LocationFacts, ProgramFacts
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import MakeupRequestState, MakeupTokenState, OccurrenceState, OfferingKind

_MONTHS_A_YEAR = 12
_UNUSABLE = {
    MakeupTokenState.REQUESTED: "A makeup has been requested with this makeup token already.",
    MakeupTokenState.PENDING: "A makeup is booked with this makeup token already.",
    MakeupTokenState.SPENT: "This makeup token has been used.",
    MakeupTokenState.REVOKED: "This makeup token was revoked.",
    MakeupTokenState.DELETED: "This makeup token was deleted.",
}
_STATES = {
    OccurrenceState.NOT_SCHEDULED: "is not scheduled to meet",
    OccurrenceState.CLOSED: "is closed",
    OccurrenceState.CANCELLED: "is cancelled",
}


@dataclass(eq=False)
class MakeupTokenNotUsable(Refusal):
    """R8.3: REQUESTED, PENDING, SPENT, REVOKED or DELETED."""

    state: MakeupTokenState

    @property
    def message(self) -> str:  # type: ignore[override]
        return _UNUSABLE[self.state]


@dataclass(eq=False)
class MakeupTokenNotYetIssued(Refusal):
    """R8.2: the issue date is ahead."""

    issued_on: date

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token can be used from {self.issued_on} on."


@dataclass(eq=False)
class MakeupTokenExpired(Refusal):
    """R7.7: the last day of the token is over; None: it is not known which that was."""

    expires_on: date | None

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token expired{f' on {self.expires_on}' if self.expires_on else ''}."


@dataclass(eq=False)
class MakeupAtOtherLocation(Refusal):
    """The token is locked to a location, and the class is elsewhere."""

    location: LocationFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token is good at {self.location.name} only."


@dataclass(eq=False)
class MakeupProgramDeleted(Refusal):
    """The token's program is no more, so that no class can be of it."""

    program: ProgramFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token is for {self.program.name}, which is no longer offered; please contact us."


@dataclass(eq=False)
class MakeupInOtherProgram(Refusal):
    """The token is for the classes of one program, and the class is of another or of none."""

    program: ProgramFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token is good for classes of {self.program.name} only."


@dataclass(eq=False)
class MakeupNotAClass(Refusal):
    """Camps and appointments take no makeups."""

    kind: OfferingKind

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"A makeup takes place in a class, and this is {_articled(self.kind)}."


@dataclass(eq=False)
class MakeupNotHeld(Refusal):
    """The occurrence is NOT_SCHEDULED, CLOSED or CANCELLED (R2.4)."""

    held_on: date
    state: OccurrenceState

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The class {_STATES[self.state]} on {self.held_on}."


@dataclass(eq=False)
class MakeupBegun(Refusal):
    """The occurrence has begun or is over."""

    starts_at: datetime

    @property
    def message(self) -> str:  # type: ignore[override]
        return "The class has begun already; a makeup is booked before it begins."


@dataclass(eq=False)
class MakeupTooLate(Refusal):
    """The class is ahead, but no longer far enough; `latest_at` was the last instant."""

    latest_at: datetime
    minutes: int

    @property
    def message(self) -> str:  # type: ignore[override]
        unit = "minute" if self.minutes == 1 else "minutes"
        return f"A makeup is booked at least {self.minutes} {unit} before the class begins."


@dataclass(eq=False)
class MakeupBeyondHorizon(Refusal):
    """The class is too far ahead; `latest_on` is the last date that can be booked today."""

    latest_on: date
    days: int

    @property
    def message(self) -> str:  # type: ignore[override]
        unit = "day" if self.days == 1 else "days"
        return f"A makeup is booked at most {self.days} {unit} ahead, today through {self.latest_on}."


@dataclass(eq=False)
class StudentTooYoung(Refusal):
    """On the date of the class the student is `age_months` old, in whole months. The limits are those of the class;
    `max_age_months` None: there is no upper limit.
    """

    min_age_months: int
    max_age_months: int | None
    age_months: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The class is for students from {age(self.min_age_months)} on; the student will be too young that day."


@dataclass(eq=False)
class StudentTooOld(Refusal):
    """On the date of the class the student is `age_months` old, in whole months. The limits are those of the class,
    which still admits students of exactly that age; `min_age_months` None: there is no lower limit.
    """

    min_age_months: int | None
    max_age_months: int
    age_months: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The class is for students up to {age(self.max_age_months)}; the student will be too old that day."


@dataclass(eq=False)
class StudentAgeUnknown(Refusal):
    """The class has an age limit, and the student's birth date is not known. None: no limit on that side."""

    min_age_months: int | None
    max_age_months: int | None
    message: str = "The class has an age limit, and the student's birth date is not known; please contact us."


@dataclass(eq=False)
class StudentGenderNotAdmitted(Refusal):
    """`gender` is that of the class; the student's is another one, or (None) not known."""

    gender: str
    student_gender: str | None

    @property
    def message(self) -> str:  # type: ignore[override]
        known = "" if self.student_gender else "; the student's gender is not known, please contact us"
        return f"The class is for students of gender {self.gender}{known}."


@dataclass(eq=False)
class MakeupApprovalRequired(Refusal):
    """R8.7: families request makeups here, and book none themselves."""

    message: str = "Makeups are approved by the staff here: send a request for this one."


@dataclass(eq=False)
class MakeupApprovalNotRequired(Refusal):
    """R8.7: families book makeups themselves here, so that there is nothing to be decided."""

    message: str = "Makeups need no approval here: book this one."


@dataclass(eq=False)
class MakeupRequestSettled(Refusal):
    """R8.7: somebody decided or withdrew the request before, or it lapsed; `settled_at` None: nobody did."""

    makeup_request_id: UUID
    state: MakeupRequestState
    settled_at: datetime | None

    @property
    def message(self) -> str:  # type: ignore[override]
        if self.state is MakeupRequestState.LAPSED:
            return "Nobody decided this request while its makeup token was good and its class ahead."
        return f"This request is {self.state.lower()} already."


def age(months: int) -> str:
    """In words: whole years where it is some ("4 years"), else months ("18 months")."""
    years, rest = divmod(months, _MONTHS_A_YEAR)
    if rest or not years:
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{years} year{'' if years == 1 else 's'}"


def _articled(kind: OfferingKind) -> str:
    return "an appointment" if kind is OfferingKind.APPOINTMENT else f"a {kind.value.lower()}"
