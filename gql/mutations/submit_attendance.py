"""submitAttendance: the roll sheet, all of it or nothing (R4.2)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import Maybe

from attendance.actions.submit_attendance import Submission, Submitted, submit_attendance
from attendance.rules.marks import NOTE_LIMIT, Keep, WantedMark
from attendance.rules.permissions import RECORD_ATTENDANCE
from attendance.rules.vocabulary import AttendanceStatus
from gql.context import Changing, Info, changing
from gql.errors import BadInput
from gql.global_ids import decode_id, decode_occurrence_id
from gql.idempotency import KEY_DESCRIPTION, once
from gql.loaders import read_sheet
from gql.permissions import requires
from gql.types.attendance_refusals import AttendanceConflict, AttendanceNotRecordable, StudentNotOnRoster
from gql.types.makeup_token import MakeupToken, tokens_by_id
from gql.types.occurrence import Occurrence, show_occurrence
from gql.types.refusals import PermissionDenied
from gql.types.roster import RosterEntry, show_roster

MARK_LIMIT = 500


@strawberry.input(description="What to record for one student.")
class MarkInput:
    student_id: strawberry.ID = strawberry.field(description="A student on the roll sheet; each at most once.")
    status: AttendanceStatus | None = strawberry.field(description="Null clears the mark, and its note with it.")
    note: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"A remark of at most {NOTE_LIMIT} characters. Left out: the note stays. Null or blank: it goes.",
    )


@strawberry.input(description="A roll sheet as its taker leaves it. Marks that are not named stay as they are.")
class SubmitAttendanceInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that attendance was taken for.")
    marks: list[MarkInput] = strawberry.field(
        default_factory=list, description=f"At most {MARK_LIMIT}. They are saved all together or not at all."
    )
    mark_rest: AttendanceStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="Marks every student who is neither named in `marks` nor marked already. Left out or null: nobody.",
    )
    seen_revision: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The occurrence's revision that the caller's screen shows, from 0. When somebody else has changed "
        "one of the named marks since, and differently, nothing is saved and AttendanceConflict tells both values. "
        "Left out or null: the last one wins.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The roll sheet was saved.")
class SubmitAttendanceSuccess:
    occurrence: Occurrence = strawberry.field(description="As it is now.")
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this submission changed, by last name; those that said so already are none."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="Makeup tokens that it issued or reinstated at once. Those of deferred runs come later: "
        "`occurrence.tokenRuns` tells when."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="Unused makeup tokens that it took back, since their absence is none any more."
    )


SubmitAttendanceResult: TypeAlias = Annotated[
    SubmitAttendanceSuccess | AttendanceNotRecordable | AttendanceConflict | StudentNotOnRoster | PermissionDenied,
    strawberry.union("SubmitAttendanceResult", description="The saved roll sheet, or why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[SubmitAttendanceInput, strawberry.argument(description="The roll sheet.")]
) -> SubmitAttendanceResult | None:
    submission = _submission(input)
    now = info.context.clock()
    async with changing(info) as changes:
        uow, viewer = changes
        done = await once(
            uow,
            lambda: submit_attendance(uow, viewer, submission, now=now),
            Submitted,
            caller=viewer.caller,
            mutation="submitAttendance",
            given=input,
            now=now,
        )
        return await _success(changes, submission, done, now)


def _submission(given: SubmitAttendanceInput) -> Submission:
    if len(given.marks) > MARK_LIMIT:
        raise BadInput(f"input.marks has {len(given.marks)} entries; at most {MARK_LIMIT} are allowed.")
    seen_revision = None if given.seen_revision is strawberry.UNSET else given.seen_revision
    if seen_revision is not None and seen_revision < 0:
        raise BadInput("input.seenRevision is negative; the revision before any change is 0.")
    marks: dict[UUID, WantedMark] = {}
    for place, mark in enumerate(given.marks):
        student = decode_id(mark.student_id, "Student", f"input.marks.{place}.studentId")
        if student in marks:
            raise BadInput(f"input.marks.{place} names a student who was named before; name each once.")
        marks[student] = WantedMark(mark.status, _note(mark, place))
    key = decode_occurrence_id(given.occurrence_id, "input.occurrenceId")
    return Submission(key, marks, given.mark_rest or None, seen_revision)


def _note(mark: MarkInput, place: int) -> str | Keep | None:
    if mark.note is None:
        return Keep.NOTE
    note = (mark.note.value or "").strip() or None
    if note is not None and len(note) > NOTE_LIMIT:
        raise BadInput(f"input.marks.{place}.note has {len(note)} characters; at most {NOTE_LIMIT} are allowed.")
    if note is not None and mark.status is None:
        raise BadInput(f"input.marks.{place} clears the mark; a note needs a status.")
    return note


async def _success(
    changes: Changing, submission: Submission, done: Submitted, now: datetime
) -> SubmitAttendanceSuccess:
    connection, viewer = changes.uow.connection, changes.viewer
    head, sheet = await read_sheet(connection, viewer, submission.key)
    tokens = await tokens_by_id(connection, viewer, [*done.issued_tokens, *done.revoked_tokens], now)
    changed = [row for row in sheet.rows if row.student.id in set(done.changed_students)]
    return SubmitAttendanceSuccess(
        occurrence=show_occurrence(head, now, sheet=sheet),
        changed_entries=show_roster(changed, head, sheet.sight),
        issued_tokens=[tokens[token] for token in done.issued_tokens],
        revoked_tokens=[tokens[token] for token in done.revoked_tokens],
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Save a roll sheet: many marks at once, for today or a past date, all of them or none. Open roll "
    "sheets hear of it at once. An absence earns its makeup token in the same act or by a deferred run, as the "
    "portal's check-in mode says. Office and Staff Portal, attendance FULL; EXCUSED_ABSENCE in the Staff Portal needs "
    "EXCUSE_ABSENCES. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
