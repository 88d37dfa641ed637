"""The e-mail that tells a family that its classes change (R13.3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.catalogue.meetings import Meeting, MeetingChange, Placed

TEMPLATE = "classes_changed"
MOST_LINES = 12


def change_reason(act_id: UUID, family_id: UUID) -> str:
    """Return the key of the message in the outbox. Each change of the catalogue is an act of its own."""
    return f"catalogue/{act_id}/{family_id}"


def change_facts(found: Iterable[tuple[Placed, Sequence[MeetingChange]]], names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return the values for the template: for each place of the family's students the first MOST_LINES changes, and how
    many more there are.
    """
    places = sorted(found, key=lambda each: (names[each[0].offering_id], each[0].student_name))
    return {
        "classes": [
            {
                "offering": names[place.offering_id],
                "student": place.student_name,
                "lines": [_line(each) for each in changes[:MOST_LINES]],
                "more": max(0, len(changes) - MOST_LINES),
            }
            for place, changes in places
        ]
    }


def _line(change: MeetingChange) -> dict[str, Any]:
    return {"before": _meeting(change.before, change.was), "after": _meeting(change.after, change.becomes)}


def _meeting(key: OccurrenceKey | None, meeting: Meeting | None) -> dict[str, str | None] | None:
    if key is None or meeting is None:
        return None
    return {
        "held_on": key.held_on.isoformat(),
        "start_time": meeting.start_time.isoformat("minutes"),
        "room": meeting.room,
    }
