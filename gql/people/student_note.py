"""The type of notes about students."""

from datetime import datetime

import strawberry

from attendance.rules.people.students import NoteFacts
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.people.people import StaffMember, show_staff_member
from gql.people.vocabulary import NoteLevel

OPEN_NOTES = strawberry.argument(
    name="open",
    description="True lists only open notes, false only closed notes. When left out or null, both are listed.",
)


@strawberry.type(description="A note about a student by staff. Only staff can see it.")
class StudentNote(Node):
    level: NoteLevel = strawberry.field(description="How important the note is.")
    body: str = strawberry.field(description="The text of the note.")
    written_by: StaffMember | None = strawberry.field(
        description="The person who wrote the note. Null when it is not known."
    )
    written_at: datetime = strawberry.field(description="When the note was written.")
    closed_at: datetime | None = strawberry.field(description="When the note was closed. Null when it is open.")


def show_note(facts: NoteFacts) -> StudentNote:
    return StudentNote(
        id=encode_id("StudentNote", facts.id),
        level=facts.level,
        body=facts.body,
        written_by=None if facts.written_by is None else show_staff_member(facts.written_by),
        written_at=facts.written_at,
        closed_at=facts.closed_at,
    )
