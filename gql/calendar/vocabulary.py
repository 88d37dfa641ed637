"""The calendar's enumerations in the schema, with a description of each value."""

from attendance.rules.vocabulary import OccurrenceState, OfferingKind
from gql.fields.described import described

__all__ = ["OccurrenceState", "OfferingKind"]

described(
    OfferingKind,
    "The kind of an offering.",
    {
        OfferingKind.CLASS: "A class meets weekly, in sessions. Absences from classes can earn makeup tokens.",
        OfferingKind.APPOINTMENT: "An appointment meets once, at a date and time.",
        OfferingKind.CAMP: "A camp meets on every date of a range. Blackouts do not close it.",
    },
)
described(
    OccurrenceState,
    "Whether an occurrence takes place. When several values apply, the first of CANCELLED, NOT_SCHEDULED and CLOSED "
    "is given.",
    {
        OccurrenceState.SCHEDULED: "The occurrence takes place.",
        OccurrenceState.NOT_SCHEDULED: "The date lies outside the offering's sessions, or outside the offering's own "
        "dates.",
        OccurrenceState.CLOSED: "The program's blackout schedule closes the date.",
        OccurrenceState.CANCELLED: "The occurrence was cancelled for this day. `cancellation` says by whom, when and "
        "with which comment.",
    },
)
