"""The interface of the successful results of every mutation that records attendance."""

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


@strawberry.interface(
    description="The attendance is recorded. This is also the answer when the marks were already as requested."
)
class AttendanceRecorded:
    occurrence: Occurrence = strawberry.field(description="The occurrence after the change.")
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this request changed, by last name, then first name. They include the rows "
        "that a check-in marked absent by default, and those whose default went with the last check-in. Rows that "
        "already had the requested mark are not included."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="The makeup tokens that this request issued or reinstated at once. Tokens of deferred runs follow "
        "later; `occurrence.tokenRuns` says when."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="The unused makeup tokens that this request revoked, because the absence that earned them no "
        "longer exists."
    )


class Shown(NamedTuple):
    """The fields of AttendanceRecorded, and every row of the roll sheet after the act, by student."""

    fields: dict[str, Any]
    entries: dict[UUID, RosterEntry]


async def show_recorded(done: Acted[Recorded], key: OccurrenceKey) -> Shown:
    """Read the result in the transaction of the act. The number of statements does not depend on the number of rows."""
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
