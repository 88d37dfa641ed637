"""The refusals of giving a booked makeup back (R8.12)."""

from datetime import date, datetime

import strawberry

from attendance.rules.makeups import give_back_refusals as rules
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.GivingBackNotAllowed,
    description="The setting familiesMayGiveBackMakeups is off, so only staff give makeups back. Nothing was changed.",
)
class GivingBackNotAllowed(UserError):
    pass


@refusal(
    rules.GivingBackTooLate,
    description="The class has begun or begins too soon. The setting makeupLatestBookingMinutes says how many minutes "
    "before the start a makeup can be given back at the latest; exactly that many minutes before is still possible. "
    "Nothing was changed.",
)
class GivingBackTooLate(UserError):
    latest_at: datetime = strawberry.field(description="The last instant at which the makeup could be given back.")


@refusal(
    rules.MakeupAttended,
    description="The student attended the makeup: a mark with status PRESENT, TARDY, LEFT_EARLY or "
    "TARDY_AND_LEFT_EARLY stands. Nobody can give the makeup up while it does. Nothing was changed.",
)
class MakeupAttended(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the makeup, an Enrollment.")
    held_on: date = strawberry.field(name="date", description="The local date of the makeup.")
