"""What booking a makeup can be refused for (R8.6); `AlreadyEnrolled` and `OfferingFull` are said of enrollments too."""

from datetime import date, datetime

import strawberry

from attendance.rules.makeups import makeup_refusals as rules
from gql.calendar.offering import Location, Program, show_location, show_program
from gql.calendar.vocabulary import OccurrenceState, OfferingKind
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.makeups.vocabulary import MakeupRequestState
from gql.tokens.vocabulary import MakeupTokenState


@refusal(
    rules.MakeupTokenNotUsable,
    description="The makeup token is requested, tied to a makeup, used up, revoked or deleted. Nothing was changed.",
)
class MakeupTokenNotUsable(UserError):
    token_state: MakeupTokenState = strawberry.field(
        description="The token's state: REQUESTED, PENDING, SPENT, REVOKED or DELETED."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupTokenNotUsable) -> "MakeupTokenNotUsable":
        return cls(message=refusal.message, token_state=refusal.state)


@refusal(
    rules.MakeupTokenNotYetIssued,
    description="The makeup token's issue date is ahead; it is used from then on. Nothing was changed.",
)
class MakeupTokenNotYetIssued(UserError):
    issued_on: date = strawberry.field(description="The first local date on which it can be used.")


@refusal(
    rules.MakeupTokenExpired,
    description="The makeup token's last day is over. It must be redeemed by then; the makeup itself may be later. "
    "Nothing was changed.",
)
class MakeupTokenExpired(UserError):
    expires_on: date | None = strawberry.field(
        description="The last local date on which it could be used; null: not known."
    )


@refusal(
    rules.MakeupAtOtherLocation,
    description="The makeup token is locked to a location, and the class is at another one. The setting "
    "ignoreLocationLock lifts the lock of all tokens. Nothing was changed.",
)
class MakeupAtOtherLocation(UserError):
    location: Location = strawberry.field(description="Where the token is good.")

    @classmethod
    def of(cls, refusal: rules.MakeupAtOtherLocation) -> "MakeupAtOtherLocation":
        return cls(message=refusal.message, location=show_location(refusal.location))


@refusal(
    rules.MakeupProgramDeleted,
    description="The makeup token is for a program that was deleted, so that it is good nowhere; staff can edit the "
    "token. Nothing was changed.",
)
class MakeupProgramDeleted(UserError):
    program: Program = strawberry.field(description="The program that was deleted.")

    @classmethod
    def of(cls, refusal: rules.MakeupProgramDeleted) -> "MakeupProgramDeleted":
        return cls(message=refusal.message, program=show_program(refusal.program))


@refusal(
    rules.MakeupInOtherProgram, description="The makeup token is for classes of one program alone. Nothing was changed."
)
class MakeupInOtherProgram(UserError):
    program: Program = strawberry.field(description="The program that the token is for.")

    @classmethod
    def of(cls, refusal: rules.MakeupInOtherProgram) -> "MakeupInOtherProgram":
        return cls(message=refusal.message, program=show_program(refusal.program))


@refusal(rules.MakeupNotAClass, description="Camps and appointments take no makeups. Nothing was changed.")
class MakeupNotAClass(UserError):
    kind: OfferingKind = strawberry.field(description="What it is: CAMP or APPOINTMENT.")


@refusal(rules.MakeupNotHeld, description="The class does not take place on that date. Nothing was changed.")
class MakeupNotHeld(UserError):
    held_on: date = strawberry.field(name="date", description="The local date.")
    occurrence_state: OccurrenceState = strawberry.field(
        description="The occurrence's state: NOT_SCHEDULED, CLOSED or CANCELLED."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupNotHeld) -> "MakeupNotHeld":
        return cls(message=refusal.message, held_on=refusal.held_on, occurrence_state=refusal.state)


@refusal(rules.MakeupBegun, description="The class has begun, or is over. Nothing was changed.")
class MakeupBegun(UserError):
    starts_at: datetime = strawberry.field(description="When it began.")


@refusal(
    rules.MakeupTooLate,
    description="The class begins too soon: the setting makeupLatestBookingMinutes says how long before the start a "
    "makeup is booked at the latest, equality included. Nothing was changed.",
)
class MakeupTooLate(UserError):
    latest_at: datetime = strawberry.field(description="Until when it could be booked.")


@refusal(
    rules.MakeupBeyondHorizon,
    description="The class is too far ahead: the setting makeupHorizonDays says how many days after today, at the "
    "class's location, a makeup can be. Nothing was changed.",
)
class MakeupBeyondHorizon(UserError):
    latest_on: date = strawberry.field(description="The last local date that can be booked today.")


@refusal(
    rules.StudentTooYoung, description="The student will be too young for the class on its date. Nothing was changed."
)
class StudentTooYoung(UserError):
    min_age_months: int | None = strawberry.field(
        description="The youngest age that the class admits, in whole months; null when it has no lower limit."
    )
    max_age_months: int | None = strawberry.field(
        description="The oldest age that the class admits, in whole months; null when it has no upper limit."
    )
    age_months: int = strawberry.field(description="The student's age on the date of the class, in whole months.")


@refusal(rules.StudentTooOld, description="The student will be too old for the class on its date. Nothing was changed.")
class StudentTooOld(UserError):
    min_age_months: int | None = strawberry.field(
        description="The youngest age that the class admits, in whole months; null when it has no lower limit."
    )
    max_age_months: int | None = strawberry.field(
        description="The oldest age that the class admits, in whole months; null when it has no upper limit."
    )
    age_months: int = strawberry.field(description="The student's age on the date of the class, in whole months.")


@refusal(
    rules.StudentAgeUnknown,
    description="The class has an age limit, and the student's birth date is not known. Nothing was changed.",
)
class StudentAgeUnknown(UserError):
    min_age_months: int | None = strawberry.field(
        description="The youngest age that the class admits, in whole months; null when it has no lower limit."
    )
    max_age_months: int | None = strawberry.field(
        description="The oldest age that the class admits, in whole months; null when it has no upper limit."
    )


@refusal(
    rules.StudentGenderNotAdmitted,
    description="The class takes students of one gender, and the student's is another one or not known. Nothing was "
    "changed.",
)
class StudentGenderNotAdmitted(UserError):
    gender: str = strawberry.field(description="The gender that the class takes, as the organization words it.")


@refusal(
    rules.MakeupApprovalRequired,
    description="Families book no makeups themselves here: the setting autoApproveMakeups is off. Send `requestMakeup` "
    "instead. Nothing was changed.",
)
class MakeupApprovalRequired(UserError):
    pass


@refusal(
    rules.MakeupApprovalNotRequired,
    description="There is nothing to be decided: the setting autoApproveMakeups is on. Send `redeemMakeupToken`. "
    "Nothing was changed.",
)
class MakeupApprovalNotRequired(UserError):
    pass


@refusal(
    rules.MakeupRequestSettled,
    description="Somebody has settled the request before, or it lapsed since nobody decided in time. Nothing was "
    "changed.",
)
class MakeupRequestSettled(UserError):
    makeup_request_id: strawberry.ID = strawberry.field(description="Which one.")
    request_state: MakeupRequestState = strawberry.field(description="What became of the request.")
    settled_at: datetime | None = strawberry.field(description="When; null: nobody did, it lapsed.")

    @classmethod
    def of(cls, refusal: rules.MakeupRequestSettled) -> "MakeupRequestSettled":
        return cls(
            message=refusal.message,
            makeup_request_id=encode_id("MakeupRequest", refusal.makeup_request_id),
            request_state=refusal.state,
            settled_at=refusal.settled_at,
        )
