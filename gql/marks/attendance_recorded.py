"""What every mutation that records attendance answers with."""

from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.act_once import Acted
from gql.fields.loaders import read_sheet
from gql.roster.roster import RosterEntry, show_roster
from gql.tokens.makeup_token import MakeupToken, tokens_by_id


@strawberry.interface(description="Attendance was recorded, or stood already as it was asked for.")
class AttendanceRecorded:
    occurrence: Occurrence = strawberry.field(description="As it is now.")
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this act changed, by last name, with those that the first check-in marked "
        "absent. Rows that said so already are none."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="Makeup tokens that it issued or reinstated at once. Those of deferred runs come later: "
        "`occurrence.tokenRuns` tells when."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="Unused makeup tokens that it took back, since their absence is none any more."
    )


class Shown(NamedTuple):
    """The fields of AttendanceRecorded, and every row of the roll sheet after the act by student."""

    fields: dict[str, Any]
    entries: dict[UUID, RosterEntry]


async def show_recorded(done: Acted[Recorded], key: OccurrenceKey) -> Shown:
    """Read in the transaction of the act, in a number of statements that does not depend on that of the rows."""
    connection, viewer = done.reading
    recorded = done.outcome
    head, sheet = await read_sheet(connection, viewer, key)
    tokens = await tokens_by_id(connection, viewer, [*recorded.issued_tokens, *recorded.revoked_tokens], done.now)
    students = [row.student.id for row in sheet.rows]
    entries = dict(zip(students, show_roster(sheet.rows, head, sheet.sight), strict=True))
    changed = set(recorded.changed_students)
    fields = {
        "occurrence": show_occurrence(head, done.now, sheet=sheet),
        "changed_entries": [entry for student, entry in entries.items() if student in changed],
        "issued_tokens": [tokens[token] for token in recorded.issued_tokens],
        "revoked_tokens": [tokens[token] for token in recorded.revoked_tokens],
    }
    return Shown(fields, entries)
