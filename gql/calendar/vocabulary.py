"""The enumerations of calendar as the schema has them, each value described."""

from attendance.rules.vocabulary import OccurrenceState, OfferingKind
from gql.fields.described import described

__all__ = ["OccurrenceState", "OfferingKind"]

described(
    OfferingKind,
    "What kind of offering it is.",
    {
        OfferingKind.CLASS: "Meets weekly, in sessions; its absences can earn makeup tokens.",
        OfferingKind.APPOINTMENT: "Meets once, at a date and time.",
        OfferingKind.CAMP: "Meets on every date of a range; blackouts do not close it.",
    },
)
described(
    OccurrenceState,
    "Whether an occurrence takes place. Of several the first of CANCELLED, NOT_SCHEDULED, CLOSED is told.",
    {
        OccurrenceState.SCHEDULED: "It takes place.",
        OccurrenceState.NOT_SCHEDULED: "The date lies outside the offering's sessions, or outside its own dates.",
        OccurrenceState.CLOSED: "The program's blackout schedule closes the date.",
        OccurrenceState.CANCELLED: "It was cancelled for this day; `cancellation` tells by whom and why.",
    },
)
