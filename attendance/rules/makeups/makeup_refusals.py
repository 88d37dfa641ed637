"""The refusals of booking a makeup (R8.6). Each check has a refusal of its own, with its facts."""

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
    """The token is REQUESTED, PENDING, SPENT, REVOKED or DELETED (R8.3)."""

    state: MakeupTokenState

    @property
    def message(self) -> str:  # type: ignore[override]
        return _UNUSABLE[self.state]


@dataclass(eq=False)
class MakeupTokenNotYetIssued(Refusal):
    """The issue date of the token lies in the future (R8.2)."""

    issued_on: date

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token can be used from {self.issued_on} on."


@dataclass(eq=False)
class MakeupTokenExpired(Refusal):
    """The last day of the token has passed (R7.7). `expires_on` is None when it is not known which day that was."""

    expires_on: date | None

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token expired{f' on {self.expires_on}' if self.expires_on else ''}."


@dataclass(eq=False)
class MakeupAtOtherLocation(Refusal):
    """The token can only be used at one location, and the class is at another one."""

    location: LocationFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token can only be used at {self.location.name}."


@dataclass(eq=False)
class MakeupProgramDeleted(Refusal):
    """The token's program was deleted, so no class can belong to it."""

    program: ProgramFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token is for {self.program.name}, which is no longer offered; please contact us."


@dataclass(eq=False)
class MakeupInOtherProgram(Refusal):
    """The token can only be used for classes of one program, and the class belongs to another program or to none."""

    program: ProgramFacts

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"This makeup token can only be used for classes of {self.program.name}."


@dataclass(eq=False)
class MakeupNotAClass(Refusal):
    """Makeups cannot be booked in camps and appointments."""

    kind: OfferingKind

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"A makeup can only be booked in a class; this is {_articled(self.kind)}."


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
        return "The class has already begun; a makeup must be booked before it begins."


@dataclass(eq=False)
class MakeupTooLate(Refusal):
    """The class begins too soon. `latest_at` was the last instant for a booking."""

    latest_at: datetime
    minutes: int

    @property
    def message(self) -> str:  # type: ignore[override]
        unit = "minute" if self.minutes == 1 else "minutes"
        return f"A makeup must be booked at least {self.minutes} {unit} before the class begins."


@dataclass(eq=False)
class MakeupBeyondHorizon(Refusal):
    """The class is too far ahead. `latest_on` is the last date that can be booked today."""

    latest_on: date
    days: int

    @property
    def message(self) -> str:  # type: ignore[override]
        unit = "day" if self.days == 1 else "days"
        return f"A makeup can be booked at most {self.days} {unit} ahead; today, that is until {self.latest_on}."


@dataclass(eq=False)
class StudentTooYoung(Refusal):
    """On the date of the class, the student will be `age_months` old, in whole months, which is too young.

    The limits are those of the class. `max_age_months` is None when there is no upper limit.
    """

    min_age_months: int
    max_age_months: int | None
    age_months: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return (
            f"The class is for students from {age(self.min_age_months)} on; the student will be too young on that day."
        )


@dataclass(eq=False)
class StudentTooOld(Refusal):
    """On the date of the class, the student will be `age_months` old, in whole months, which is too old.

    The limits are those of the class, which still admits students of exactly that age. `min_age_months` is None when
    there is no lower limit.
    """

    min_age_months: int | None
    max_age_months: int
    age_months: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The class is for students up to {age(self.max_age_months)}; the student will be too old on that day."


@dataclass(eq=False)
class StudentAgeUnknown(Refusal):
    """The class has an age limit, and the student's birth date is not known. A limit is None when there is none on that
    side.
    """

    min_age_months: int | None
    max_age_months: int | None
    message: str = "The class has an age limit, and the student's birth date is not known; please contact us."


@dataclass(eq=False)
class StudentGenderNotAdmitted(Refusal):
    """The class is for `gender`, and the student's gender is another one or (None) not known."""

    gender: str
    student_gender: str | None

    @property
    def message(self) -> str:  # type: ignore[override]
        known = "" if self.student_gender else "; the student's gender is not known, please contact us"
        return f"The class is for students of gender {self.gender}{known}."


@dataclass(eq=False)
class MakeupApprovalRequired(Refusal):
    """Families request makeups in this organization, and do not book them themselves (R8.7)."""

    message: str = "Makeups need the approval of the staff here; send a request instead."


@dataclass(eq=False)
class MakeupApprovalNotRequired(Refusal):
    """Families book makeups themselves in this organization, so there is nothing to request (R8.7)."""

    message: str = "Makeups need no approval here; book the makeup directly."


@dataclass(eq=False)
class MakeupRequestSettled(Refusal):
    """The request was decided or withdrawn before, or it lapsed (R8.7). `settled_at` is None when nobody decided."""

    makeup_request_id: UUID
    state: MakeupRequestState
    settled_at: datetime | None

    @property
    def message(self) -> str:  # type: ignore[override]
        if self.state is MakeupRequestState.LAPSED:
            return (
                "Nobody decided about this request in time; its class has begun, or its makeup token can no longer be "
                "used."
            )
        return f"This request is already {self.state.lower()}."


def age(months: int) -> str:
    """Return an age in words: in years if they are whole ("4 years"), else in months ("18 months")."""
    years, rest = divmod(months, _MONTHS_A_YEAR)
    if rest or not years:
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{years} year{'' if years == 1 else 's'}"


def _articled(kind: OfferingKind) -> str:
    return "an appointment" if kind is OfferingKind.APPOINTMENT else f"a {kind.value.lower()}"
