"""How a mark came to be what it is."""

from datetime import datetime

import strawberry

from attendance.rules.marks.mark_history import MarkStep, PastMark, RosterPlace
from attendance.rules.vocabulary import AttendanceStatus, Source
from db.marks.mark_history import read_mark_histories
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.people.people import Actor, show_actor


@strawberry.type(description="What a mark said before or after a change.")
class MarkState:
    status: AttendanceStatus = strawberry.field(description="How the student attended.")
    note: str | None = strawberry.field(description="The remark; null: none.")
    is_defaulted: bool = strawberry.field(description="Whether the system set it, since nobody had.")


@strawberry.type(description="One change of a student's mark.")
class MarkChange:
    revision: int = strawberry.field(description="The occurrence's revision that it belongs to, from 1.")
    changed_at: datetime = strawberry.field(description="When.")
    changed_by: Actor | None = strawberry.field(
        description="Who did it; of an absence by default, whose act it followed. Null: the system by itself."
    )
    source: Source = strawberry.field(description="Where it was done.")
    before: MarkState | None = strawberry.field(description="The mark before; null: not marked.")
    after: MarkState | None = strawberry.field(description="The mark after; null: it was cleared.")


async def load_mark_history(info: Info, place: RosterPlace) -> list[MarkChange]:
    """One statement for all rows of a batch."""
    return [_show(step) for step in await load(info, place, _read)]


async def _read(source: Reading, places: list[RosterPlace]) -> list[list[MarkStep]]:
    histories = await read_mark_histories(source.connection, source.viewer.caller.organization_id, set(places))
    return [histories[place] for place in places]


def _show(step: MarkStep) -> MarkChange:
    return MarkChange(
        revision=step.revision,
        changed_at=step.changed_at,
        changed_by=show_actor(step.changed_by),
        source=step.source,
        before=_state(step.before),
        after=_state(step.after),
    )


def _state(mark: PastMark | None) -> MarkState | None:
    if mark is None:
        return None
    return MarkState(status=mark.status, note=mark.note, is_defaulted=mark.is_defaulted)
