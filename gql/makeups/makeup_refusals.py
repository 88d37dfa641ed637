"""The refusals of booking a makeup (R8.6). `AlreadyEnrolled` and `OfferingFull` are also refusals of enrolling."""

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
    description="The makeup token cannot be redeemed in its present state. Nothing was changed.",
)
class MakeupTokenNotUsable(UserError):
    token_state: MakeupTokenState = strawberry.field(
        description="The state of the token: REQUESTED, PENDING, SPENT, REVOKED or DELETED."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupTokenNotUsable) -> "MakeupTokenNotUsable":
        return cls(message=refusal.message, token_state=refusal.state)


@refusal(
    rules.MakeupTokenNotYetIssued,
    description="The issue date of the makeup token lies in the future. The token can be used from that date on. "
    "Nothing was changed.",
)
class MakeupTokenNotYetIssued(UserError):
    issued_on: date = strawberry.field(description="The first local date on which the token can be used.")


@refusal(
    rules.MakeupTokenExpired,
    description="The last date of the makeup token has passed. A token must be redeemed by that date; the makeup "
    "itself may be later. Nothing was changed.",
)
class MakeupTokenExpired(UserError):
    expires_on: date | None = strawberry.field(
        description="The last local date on which the token could be used. Null when it is not known."
    )


@refusal(
    rules.MakeupAtOtherLocation,
    description="The makeup token can only be used at one location, and the class is at another one. While the "
    "setting ignoreLocationLock is on, all tokens can be used at every location. Nothing was changed.",
)
class MakeupAtOtherLocation(UserError):
    location: Location = strawberry.field(description="The location where the token can be used.")

    @classmethod
    def of(cls, refusal: rules.MakeupAtOtherLocation) -> "MakeupAtOtherLocation":
        return cls(message=refusal.message, location=show_location(refusal.location))


@refusal(
    rules.MakeupProgramDeleted,
    description="The makeup token is for a program that was deleted, so it cannot be used for any class. Staff can "
    "edit the token. Nothing was changed.",
)
class MakeupProgramDeleted(UserError):
    program: Program = strawberry.field(description="The deleted program.")

    @classmethod
    def of(cls, refusal: rules.MakeupProgramDeleted) -> "MakeupProgramDeleted":
        return cls(message=refusal.message, program=show_program(refusal.program))


@refusal(
    rules.MakeupInOtherProgram,
    description="The makeup token can only be used for classes of another program. Nothing was changed.",
)
class MakeupInOtherProgram(UserError):
    program: Program = strawberry.field(description="The program for whose classes the token can be used.")

    @classmethod
    def of(cls, refusal: rules.MakeupInOtherProgram) -> "MakeupInOtherProgram":
        return cls(message=refusal.message, program=show_program(refusal.program))


@refusal(
    rules.MakeupNotAClass,
    description="A makeup can only be booked in a class, not in a camp or an appointment. Nothing was changed.",
)
class MakeupNotAClass(UserError):
    kind: OfferingKind = strawberry.field(description="The kind of the offering: CAMP or APPOINTMENT.")


@refusal(rules.MakeupNotHeld, description="The class does not take place on that date. Nothing was changed.")
class MakeupNotHeld(UserError):
    held_on: date = strawberry.field(name="date", description="The local date.")
    occurrence_state: OccurrenceState = strawberry.field(
        description="The state of the occurrence: NOT_SCHEDULED, CLOSED or CANCELLED."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupNotHeld) -> "MakeupNotHeld":
        return cls(message=refusal.message, held_on=refusal.held_on, occurrence_state=refusal.state)


@refusal(rules.MakeupBegun, description="The class has begun or is over. Nothing was changed.")
class MakeupBegun(UserError):
    starts_at: datetime = strawberry.field(description="When the class began.")


@refusal(
    rules.MakeupTooLate,
    description="The class begins too soon. The setting makeupLatestBookingMinutes says how many minutes before the "
    "start a makeup must be booked at the latest; exactly that many minutes before is still possible. Nothing was "
    "changed.",
)
class MakeupTooLate(UserError):
    latest_at: datetime = strawberry.field(
        description="The last instant at which a makeup in this class could be booked."
    )


@refusal(
    rules.MakeupBeyondHorizon,
    description="The class is too far ahead. The setting makeupHorizonDays says how many days after today, at the "
    "location of the class, a makeup can be. Nothing was changed.",
)
class MakeupBeyondHorizon(UserError):
    latest_on: date = strawberry.field(description="The last local date for which a makeup can be booked today.")


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
    description="The class is for one gender, and the student's gender is another one or not known. Nothing was "
    "changed.",
)
class StudentGenderNotAdmitted(UserError):
    gender: str = strawberry.field(description="The gender for which the class is, in the organization's own words.")


@refusal(
    rules.MakeupApprovalRequired,
    description="Families cannot book makeups themselves, because the setting autoApproveMakeups is off. Use "
    "`requestMakeup` instead. Nothing was changed.",
)
class MakeupApprovalRequired(UserError):
    pass


@refusal(
    rules.MakeupApprovalNotRequired,
    description="Makeups need no request, because the setting autoApproveMakeups is on. Use `redeemMakeupToken` "
    "instead. Nothing was changed.",
)
class MakeupApprovalNotRequired(UserError):
    pass


@refusal(
    rules.MakeupRequestSettled,
    description="The request has been approved, denied or withdrawn before, or nobody decided about it in time. "
    "Nothing was changed.",
)
class MakeupRequestSettled(UserError):
    makeup_request_id: strawberry.ID = strawberry.field(description="The id of the request.")
    request_state: MakeupRequestState = strawberry.field(description="The state of the request.")
    settled_at: datetime | None = strawberry.field(
        description="When the request was approved, denied or withdrawn. Null when nobody decided in time."
    )

    @classmethod
    def of(cls, refusal: rules.MakeupRequestSettled) -> "MakeupRequestSettled":
        return cls(
            message=refusal.message,
            makeup_request_id=encode_id("MakeupRequest", refusal.makeup_request_id),
            request_state=refusal.state,
            settled_at=refusal.settled_at,
        )
