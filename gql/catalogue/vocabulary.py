"""The enumerations of the catalogue in the schema."""

from attendance.rules.catalogue.meetings import MeetingChangeKind
from attendance.rules.vocabulary import BlackoutScope
from gql.fields.described import described

__all__ = ["BlackoutScope", "MeetingChangeKind"]

described(
    BlackoutScope,
    "What is closed on the dates of a closure.",
    {
        BlackoutScope.BILLING: "Nothing that concerns attendance.",
        BlackoutScope.ATTENDANCE: "The classes of the programs that have the blackout schedule.",
        BlackoutScope.BOTH: "Their classes and their appointments.",
    },
)
described(
    MeetingChangeKind,
    "What a change of the catalogue does to an occurrence.",
    {
        MeetingChangeKind.APPEARS: "The occurrence is held, and was not before.",
        MeetingChangeKind.DISAPPEARS: "The occurrence is not held any more.",
        MeetingChangeKind.MOVES: "The occurrence is held at another time, in another room, at another location, or on "
        "another date of the same week.",
        MeetingChangeKind.PLACES: "The occurrence is held as before, with another number of places.",
    },
)
