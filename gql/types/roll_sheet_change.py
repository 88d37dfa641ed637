"""What subscribers to a roll sheet receive, and the list of an occurrence's changes."""

from datetime import datetime
from enum import StrEnum

import strawberry

from attendance.rules.indicators import Sight
from attendance.rules.roster_rows import roster_rows
from attendance.rules.vocabulary import ChangeKind
from gql.global_ids import encode_id
from gql.sheet_changes import SheetChange
from gql.types.described import described
from gql.types.occurrence import Occurrence, Sheet, show_occurrence
from gql.types.roster import RosterEntry, show_roster


class RollSheetChangeKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = ChangeKind.MARKS
    ROSTER = ChangeKind.ROSTER
    CANCELLED = ChangeKind.CANCELLED
    RESTORED = ChangeKind.RESTORED
    TOKENS = ChangeKind.TOKENS


described(
    RollSheetChangeKind,
    "What a roll sheet's event is about.",
    {
        RollSheetChangeKind.SNAPSHOT: "The whole roll sheet as it stands: replace what you have by it. It comes first, "
        "and in place of changes that can no longer be told one by one.",
        RollSheetChangeKind.MARKS: "Marks were made, changed or cleared.",
        RollSheetChangeKind.ROSTER: "Students came, left, or their rows changed otherwise.",
        RollSheetChangeKind.CANCELLED: "The occurrence was cancelled.",
        RollSheetChangeKind.RESTORED: "A cancelled occurrence takes place after all.",
        RollSheetChangeKind.TOKENS: "Makeup tokens of these students were issued or revoked.",
    },
)


@strawberry.type(
    description="A numbered change of an occurrence's roll sheet, with the rows that it changed. Rows before it, with "
    "`entries` put in by their ids and `removedEntryIds` taken out, are the rows after it."
)
class RollSheetChanged:
    revision: int = strawberry.field(
        description="The number of the change, from 1, without gaps; of a SNAPSHOT the last change that it holds, 0 "
        "before any. Pass the last one you have as `afterRevision` to go on from there."
    )
    changed_at: datetime = strawberry.field(description="When the change was made; of a SNAPSHOT, when it was read.")
    kind: RollSheetChangeKind = strawberry.field(description="What changed.")
    occurrence: Occurrence = strawberry.field(
        description="The occurrence when the event was read: its own `revision` says to which change its tally and "
        "roster belong, this one or, when changes come fast, a later one."
    )
    entries: list[RosterEntry] = strawberry.field(
        description="The rows that changed, by last name, then first name; of a SNAPSHOT all. Each has its mark as "
        "this revision left it; what else it shows is read with the event."
    )
    removed_entry_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of rows that are no longer on the roster; empty for a SNAPSHOT."
    )


def show_change(change: SheetChange, sight: Sight, now: datetime) -> RollSheetChanged:
    """The same object for all viewers of one sight."""
    shown: RollSheetChanged | None = change.shown.get(sight)
    if shown is None:
        shown = change.shown[sight] = _show(change, sight, now)
    return shown


def _show(change: SheetChange, sight: Sight, now: datetime) -> RollSheetChanged:
    head = change.head
    everybody = roster_rows(change.everyone, head, sight)
    rows = everybody if change.kind is None else roster_rows(change.candidates, head, sight)
    gone = change.touched - {row.student.id for row in rows}
    return RollSheetChanged(
        revision=change.revision,
        changed_at=change.changed_at,
        kind=RollSheetChangeKind(change.kind or RollSheetChangeKind.SNAPSHOT),
        occurrence=show_occurrence(head, now, sheet=Sheet(everybody, sight)),
        entries=show_roster(rows, head, sight),
        removed_entry_ids=[
            encode_id("RosterEntry", head.key.timeslot_id, head.key.held_on, student) for student in sorted(gone)
        ],
    )
