"""What subscribers to a roll sheet receive, and the list of an occurrence's changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import roster_rows
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import ChangeKind, Source
from db.roster.roll_sheet_changes import changes_after
from db.roster.rosters import read_rosters
from gql.fields.context import Info, Reading
from gql.fields.described import described
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load
from gql.fields.pagination import Cursors, read_page
from gql.live.sheet_changes import SheetChange, sheet_change
from gql.people.people import Actor, show_actor
from gql.protocol.errors import BadInput
from gql.roster.roster import RosterEntry, show_roster

if TYPE_CHECKING:
    from gql.calendar.occurrence import Occurrence


_NO_CURSORS = Cursors("change", ())


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
    changed_by: Actor | None = strawberry.field(description="Who changed it; null: the system did, or a SNAPSHOT.")
    source: Source | None = strawberry.field(description="Where the change came from; null: a SNAPSHOT.")
    occurrence: Annotated["Occurrence", strawberry.lazy("gql.calendar.occurrence")] = strawberry.field(
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


def show_change(change: SheetChange, sight: Sight, occurrence: "Occurrence") -> RollSheetChanged:
    """The occurrence is shown as it was when the change was read."""
    head = change.head
    rows = roster_rows(change.candidates, head, sight)
    gone = change.touched - {row.student.id for row in rows}
    return RollSheetChanged(
        revision=change.revision,
        changed_at=change.changed_at,
        kind=RollSheetChangeKind(change.kind or RollSheetChangeKind.SNAPSHOT),
        changed_by=None if change.author is None else show_actor(change.author.actor),
        source=None if change.author is None else change.author.source,
        occurrence=occurrence,
        entries=show_roster(rows, head, sight),
        removed_entry_ids=[
            encode_id("RosterEntry", head.key.timeslot_id, head.key.held_on, student) for student in sorted(gone)
        ],
    )


async def load_changes(
    info: Info, head: OccurrenceHead, after: int, first: int | None
) -> tuple[list[SheetChange], Sight]:
    """The next changes of an occurrence after a revision; two statements for all occurrences of a batch.

    Raises BadInput.
    """
    if after < 0:
        raise BadInput('Argument "after" is a revision: 0 or more.')
    page = read_page(_NO_CURSORS, first=first)
    return await load(info, _Asked(head, after, page.size), _read_changes)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    head: OccurrenceHead
    after: int
    first: int


async def _read_changes(source: Reading, asked: list[_Asked]) -> list[tuple[list[SheetChange], Sight]]:
    sight, organization_id = sight_of(source.viewer), source.viewer.caller.organization_id
    heads = {each.head.key: each.head for each in asked}
    rosters = await read_rosters(source.connection, organization_id, heads.values())
    found = {
        (after, first): await changes_after(source.connection, heads, after, first)
        for after, first in {(each.after, each.first) for each in asked}
    }
    return [
        (
            [
                sheet_change(change, each.head, tuple(rosters[each.head.key]))
                for change in found[each.after, each.first][each.head.key]
            ],
            sight,
        )
        for each in asked
    ]
