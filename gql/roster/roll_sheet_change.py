"""The changes of a roll sheet, as subscribers receive them and as `Occurrence.changes` lists them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import WHOLE, RosterParts, roster_rows
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import ChangeKind
from db.history import history_of
from db.roster.roll_sheet_changes import ChangeAuthor, changes_after
from db.roster.rosters import read_rosters
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.later import Later, with_later
from gql.fields.loaders import load
from gql.fields.pagination import Cursors, read_page
from gql.fields.vocabulary import Source
from gql.live.sheet_changes import SheetChange, sheet_change
from gql.people.people import Actor, show_actor
from gql.protocol.errors import BadInput
from gql.protocol.made_later import Of
from gql.roster.roster import RosterEntry, show_roster
from gql.roster.vocabulary import RollSheetChangeKind

if TYPE_CHECKING:
    from gql.calendar.occurrence import Occurrence


_NO_CURSORS = Cursors("change", ())
_WITHOUT_SIGNS = RosterParts(signs=False)
_KINDS: dict[ChangeKind | None, RollSheetChangeKind] = {
    None: RollSheetChangeKind.SNAPSHOT,
    **{kind: RollSheetChangeKind(kind) for kind in ChangeKind},
}


@strawberry.type(
    description="A numbered change of an occurrence's roll sheet, with the rows that it changed. To apply it, replace "
    "or add each row of `entries` by its id, and remove the rows of `removedEntryIds`."
)
class RollSheetChanged(Later):
    revision: int = strawberry.field(
        description="The number of the change. Numbers start at 1 and have no gaps. For a SNAPSHOT, the number of the "
        "last change that it includes; 0 when there was none yet. Pass the last revision you have as `afterRevision` "
        "to continue after it."
    )
    history: str = strawberry.field(
        description="The identity of the history that `revision` belongs to. It changes when the server's database is "
        "restored from a backup. Pass it with the revision as `history` to continue after this event."
    )
    changed_at: datetime = strawberry.field(
        description="When the change was made. For a SNAPSHOT, when the state was read."
    )
    kind: RollSheetChangeKind = strawberry.field(description="What the change is about.")
    changed_by: Actor | None = strawberry.field(
        description="Who made the change. Null when the system made it, and for a SNAPSHOT."
    )
    source: Source | None = strawberry.field(description="Where the change came from. Null for a SNAPSHOT.")
    occurrence: Annotated["Occurrence", strawberry.lazy("gql.calendar.occurrence")] = strawberry.field(
        description="The occurrence at the time when the event was read. Its own `revision` says which change its "
        "tally and roster include: this one or, when changes follow each other quickly, a later one."
    )
    entries: list[RosterEntry] = strawberry.field(
        description="The rows that changed, ordered by last name, then first name. A SNAPSHOT holds all rows. Each "
        "row shows its mark as this revision left it; its other fields show the state when the event was read."
    )
    removed_entry_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the rows that are no longer on the roster. Empty for a SNAPSHOT."
    )
    # The change itself remembers what is shown of it, and must not be kept alive by that.
    recorded: strawberry.Private[ChangeKind | None]
    author: strawberry.Private[ChangeAuthor | None]
    touched: strawberry.Private[frozenset[UUID]]
    key: strawberry.Private[OccurrenceKey]


def _show_author(author: ChangeAuthor | None) -> Actor | None:
    return None if author is None else show_actor(author.actor)


def _source(author: ChangeAuthor | None) -> Source | None:
    return None if author is None else author.source


def _removed(touched: frozenset[UUID], entries: list[RosterEntry], key: OccurrenceKey) -> list[strawberry.ID]:
    gone = touched.difference([entry.row.student.id for entry in entries])
    return [encode_id("RosterEntry", key.timeslot_id, key.held_on, student) for student in sorted(gone)]


RollSheetChanged.made_later = {
    "kind": Of(_KINDS.__getitem__, ("recorded",)),
    "changed_by": Of(_show_author, ("author",)),
    "source": Of(_source, ("author",)),
    "removed_entry_ids": Of(_removed, ("touched", "entries", "key")),
}


def show_change(change: SheetChange, sight: Sight, occurrence: "Occurrence", *, signs: bool = True) -> RollSheetChanged:
    """Show a change.

    occurrence -- the occurrence in the state in which the change was read.
    signs -- whether the rows show their indicators
    """
    head = change.head
    rows = roster_rows(change.candidates, head, sight, WHOLE if signs else _WITHOUT_SIGNS)
    return with_later(
        RollSheetChanged,
        revision=change.revision,
        history=change.history,
        changed_at=change.changed_at,
        occurrence=occurrence,
        entries=show_roster(rows, head, sight),
        recorded=change.kind,
        author=change.author,
        touched=change.touched,
        key=head.key,
    )


async def load_changes(
    info: Info, head: OccurrenceHead, after: int, first: int | None
) -> tuple[list[SheetChange], Sight]:
    """Return the next changes of an occurrence after a revision. It takes two statements for all occurrences of a
    batch.

    Raises BadInput.
    """
    if after < 0:
        raise BadInput('Argument "after" must be a revision, which is 0 or more.')
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
    history = await history_of(source.connection)
    rosters = await read_rosters(source.connection, organization_id, heads.values())
    found = {
        (after, first): await changes_after(source.connection, organization_id, heads, after, first)
        for after, first in {(each.after, each.first) for each in asked}
    }
    return [
        (
            [
                sheet_change(change, each.head, tuple(rosters[each.head.key]), history)
                for change in found[each.after, each.first][each.head.key]
            ],
            sight,
        )
        for each in asked
    ]
