"""The history of a mark."""

from datetime import datetime

import strawberry

from attendance.rules.marks.mark_history import MarkStep, PastMark, RosterPlace
from db.marks.mark_history import read_mark_histories
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.vocabulary import Source
from gql.marks.vocabulary import AttendanceStatus
from gql.people.people import Actor, show_actor


@strawberry.type(description="The state of a mark before or after a change.")
class MarkState:
    status: AttendanceStatus = strawberry.field(description="How the student attended.")
    note: str | None = strawberry.field(description="The note on the mark. Null when there was none.")
    is_defaulted: bool = strawberry.field(
        description="Whether the system set the mark by default, because nobody had marked the student."
    )


@strawberry.type(description="One change of a student's mark.")
class MarkChange:
    revision: int = strawberry.field(
        description="The revision of the occurrence to which the change belongs, 1 or more."
    )
    changed_at: datetime = strawberry.field(description="When the change was made.")
    captured_at: datetime | None = strawberry.field(
        description="When a client that was offline captured the change. Null when it was made at once."
    )
    changed_by: Actor | None = strawberry.field(
        description="Who made the change. For a mark that the system set by default, it is the person or kiosk whose "
        "act caused it, such as a check-in or an enrollment. Null when the system acted by itself."
    )
    source: Source = strawberry.field(description="Where the change came from.")
    before: MarkState | None = strawberry.field(
        description="The mark before the change. Null when the student was not marked."
    )
    after: MarkState | None = strawberry.field(description="The mark after the change. Null when the mark was cleared.")


async def load_mark_history(info: Info, place: RosterPlace) -> list[MarkChange]:
    """Return the history of a row's mark, in one statement for all rows of a batch."""
    return [_show(step) for step in await load(info, place, _read)]


async def _read(source: Reading, places: list[RosterPlace]) -> list[list[MarkStep]]:
    histories = await read_mark_histories(source.connection, source.viewer.caller.organization_id, set(places))
    return [histories[place] for place in places]


def _show(step: MarkStep) -> MarkChange:
    return MarkChange(
        revision=step.revision,
        changed_at=step.changed_at,
        captured_at=step.captured_at,
        changed_by=show_actor(step.changed_by),
        source=step.source,
        before=_state(step.before),
        after=_state(step.after),
    )


def _state(mark: PastMark | None) -> MarkState | None:
    if mark is None:
        return None
    return MarkState(status=mark.status, note=mark.note, is_defaulted=mark.is_defaulted)
