"""The refusals of changing the catalogue."""

from datetime import date

import strawberry

from attendance.rules.catalogue import catalogue_refusals as rules
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.PastIsFixed,
    description="The change would hold on dates that have passed. What was held stays as it was, unless an owner asks "
    "for a correction with `correctsPast`, if the mutation has this field. Nothing was changed.",
)
class PastIsFixed(UserError):
    earliest: date = strawberry.field(description="The first date on which the change can hold.")


@refusal(
    rules.MarksInTheWay,
    description="The correction of the past would take away occurrences, or move them to another date, for which "
    "attendance is recorded. Clear their marks first. Nothing was changed.",
)
class MarksInTheWay(UserError):
    occurrence_count: int = strawberry.field(description="How many occurrences with marks would not stay.")
    first_on: date = strawberry.field(description="The date of the first of them.")


@refusal(
    rules.StillUsed,
    description="Others still use what should end. They must end or be changed before. Nothing was changed.",
)
class StillUsed(UserError):
    used_by_count: int = strawberry.field(description="How many offerings or programs use it.")


@refusal(
    rules.NotPossible,
    description="The values contradict each other or what is there, such as an end before the start, or a camp that "
    "meets weekly. `message` says which. Nothing was changed.",
)
class NotPossible(UserError):
    pass
