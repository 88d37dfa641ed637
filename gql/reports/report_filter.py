"""Which roll sheets a report is about, as an argument of the queries and mutations of reports."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS, range_refusal
from attendance.rules.calendar.timeslots import DateSpan
from db.reports.report_filter import ReportFilter as ChosenSheets
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import MOST_IDS
from gql.protocol.errors import BadInput


@strawberry.input(
    description="Which roll sheets a report is about. A sheet must meet every condition that is given. A list that is "
    "empty, null or left out sets no condition."
)
class ReportFilter:
    from_on: date = strawberry.field(name="from", description="The first date, at the location of each class.")
    to: date = strawberry.field(description=f"The last date, inclusive. The range can have at most {MAX_DAYS} days.")
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only sheets of these offerings. At most {MOST_IDS} ids."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only sheets of what was held at these locations. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Only sheets of offerings that were in these programs on the date of the sheet. At most "
        f"{MOST_IDS} ids.",
    )


def chosen_sheets(given: ReportFilter, argument: str = "filter") -> ChosenSheets:
    """Return the filter. Raises BadInput when its range or one of its ids is not possible."""
    return ChosenSheets(
        chosen_range(given.from_on, given.to, argument),
        chosen_ids(given.offering_ids, "Offering", f"{argument}.offeringIds"),
        chosen_ids(given.location_ids, "Location", f"{argument}.locationIds"),
        chosen_ids(given.program_ids, "Program", f"{argument}.programIds"),
    )


def chosen_range(from_on: date, to: date, argument: str = "filter") -> DateSpan:
    """Return the dates. Raises BadInput when a report cannot cover them."""
    refusal = range_refusal(from_on, to)
    if refusal is not None:
        raise BadInput(f'Argument "{argument}" has no range that can be reported. {refusal}')
    return DateSpan(from_on, to)


def chosen_ids(given: Sequence[str] | None, type_name: str, argument: str) -> list[UUID] | None:
    """Return the keys, or None when there is no condition. Raises BadInput."""
    return decode_ids(given, type_name, argument, at_most=MOST_IDS) if given else None
