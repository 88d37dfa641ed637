"""The field `Enrollment.occurrences` lists the occurrences that an enrollment covers."""

from datetime import date
from typing import Annotated

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.roster import dates_of
from gql.calendar.occurrence import Occurrence
from gql.calendar.offering_occurrences import OccurrenceRange, occurrences_of
from gql.enrollments.enrollment import Enrollment
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.listing_arguments import AFTER, FIRST, FROM, NOT_SCHEDULED, TO
from gql.fields.pagination import Connection


async def resolve(  # noqa: PLR0917 - Strawberry passes arguments by name
    self: Enrollment,
    info: Info,
    from_on: Annotated[date, FROM],
    to: Annotated[date, TO],
    include_not_scheduled: Annotated[bool | None, NOT_SCHEDULED] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Occurrence]:
    given = OccurrenceRange(from_on, to, include_not_scheduled, first, after)
    place = self.facts
    return await occurrences_of(info, given, self.offering.key, place.timeslot_id, dates_of(place))


field = strawberry.field(
    resolver=resolve,
    description="The occurrences that this enrollment covers in a range of dates, ordered by start. Empty when the "
    "enrollment was deleted or is a WAITLIST. Needs attendance VIEW; without SEE_ALL, only the occurrences that the "
    "viewer teaches or substitutes are listed. Guardians use `student.attendance`.",
    metadata=requires(SEE_ATTENDANCE),
)
