"""The changes of roll sheets, read back for those who listen: what is new, and how far each sheet has come."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Select, Uuid, and_, cast, column, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from attendance.rules.calendar import OccurrenceKey
from attendance.rules.occurrences import PersonFacts
from attendance.rules.roster_rows import KioskFacts, MarkFacts
from attendance.rules.vocabulary import ChangeKind, PersonKind
from db import models


@dataclass(frozen=True, slots=True)
class RollSheet:
    """One occurrence's roll sheet among those of all organizations."""

    organization_id: UUID
    key: OccurrenceKey


@dataclass(frozen=True, slots=True)
class EntryAsOf:
    """A row that a change touched, with its mark as the change left it.

    `mark` None: not marked; but without `has_history` no change so far tells of this student's mark. The mark's
    `needs_review` is not part of the history, and False here.
    """

    student_id: UUID
    left_roster: bool
    has_history: bool
    mark: MarkFacts | None


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A revision and the rows that it touched, by student id."""

    revision: int
    kind: ChangeKind
    changed_at: datetime
    entries: tuple[EntryAsOf, ...]


async def changes_after(
    connection: AsyncConnection, keys: Collection[OccurrenceKey], revision: int, at_most: int
) -> dict[OccurrenceKey, list[RecordedChange]]:
    """Each occurrence's next changes after `revision` in their order, `at_most` of them, in one statement (R10.2).

    A row's mark is told as each change left it, also where the change was to something else than the mark.
    """
    found: dict[OccurrenceKey, list[RecordedChange]] = {key: [] for key in keys}
    rows = await connection.execute(_changes(keys, revision, at_most))
    for (timeslot_id, held_on, number), (head, *rest) in groupby(rows.all(), key=lambda row: row[:3]):
        entries = tuple(_entry(row) for row in (head, *rest) if row.student_id is not None)
        change = RecordedChange(number, head.kind, head.changed_at, entries)
        found[OccurrenceKey(timeslot_id, held_on)].append(change)
    return found


async def current_revisions(connection: AsyncConnection, sheets: Iterable[RollSheet]) -> dict[RollSheet, int]:
    """How far each of these roll sheets has come, in one statement over all tenants; 0: nothing happened to it yet."""
    known = dict.fromkeys(sheets, 0)
    revisions = func.revisions_of(
        cast([sheet.organization_id for sheet in known], ARRAY(Uuid)),
        cast([sheet.key.timeslot_id for sheet in known], ARRAY(Uuid)),
        cast([sheet.key.held_on for sheet in known], ARRAY(Date)),
    ).table_valued(
        column("organization_id", Uuid),
        column("timeslot_id", Uuid),
        column("held_on", Date),
        column("revision", Integer),
    )
    for organization_id, timeslot_id, held_on, revision in await connection.execute(select(revisions)):
        known[RollSheet(organization_id, OccurrenceKey(timeslot_id, held_on))] = revision
    return known


def _changes(keys: Collection[OccurrenceKey], revision: int, at_most: int) -> Select[*tuple[Any, ...]]:
    change, entry, person, kiosk = models.Change, models.ChangedEntry, models.Person, models.Kiosk
    marked = _last_marking().lateral("marked")
    return (
        select(
            change.timeslot_id,
            change.held_on,
            change.revision,
            change.kind,
            change.changed_at,
            entry.student_id,
            entry.left_roster,
            marked.c.revision.label("mark_revision"),
            marked.c.status,
            marked.c.note,
            marked.c.is_defaulted,
            marked.c.mark_source,
            marked.c.marked_at,
            person.id.label("marker_id"),
            person.kind.label("marker_kind"),
            person.first_name,
            person.last_name,
            kiosk.id.label("kiosk_id"),
            kiosk.name.label("kiosk_name"),
        )
        .outerjoin(entry, _same_occurrence(change, entry) & (entry.revision == change.revision))
        .outerjoin(marked, true())
        .outerjoin(person, (person.organization_id == change.organization_id) & (person.id == marked.c.actor_id))
        .outerjoin(kiosk, (kiosk.organization_id == change.organization_id) & (kiosk.id == marked.c.kiosk_id))
        .where(
            tuple_(change.timeslot_id, change.held_on).in_([(key.timeslot_id, key.held_on) for key in keys]),
            # Revisions have no gaps, so a bound on them bounds the changes and not the rows of entries.
            change.revision > revision,
            change.revision <= revision + at_most,
        )
        .order_by(change.timeslot_id, change.held_on, change.revision, entry.student_id)
    )


def _last_marking() -> Select[*tuple[Any, ...]]:
    """Of the outer entry's student, the last change up to its revision that touched the mark."""
    entry = models.ChangedEntry
    earlier, maker = aliased(models.ChangedEntry), aliased(models.Change)
    return (
        select(
            earlier.revision,
            earlier.after_status.label("status"),
            earlier.after_note.label("note"),
            earlier.after_is_defaulted.label("is_defaulted"),
            earlier.after_source.label("mark_source"),
            maker.actor_id,
            maker.kiosk_id,
            maker.changed_at.label("marked_at"),
        )
        .join(maker, _same_occurrence(earlier, maker) & (maker.revision == earlier.revision))
        .where(
            _same_occurrence(earlier, entry),
            earlier.student_id == entry.student_id,
            earlier.revision <= entry.revision,
            or_(
                maker.kind == ChangeKind.MARKS,
                earlier.before_status.is_distinct_from(earlier.after_status),
                earlier.before_note.is_distinct_from(earlier.after_note),
                earlier.before_is_defaulted.is_distinct_from(earlier.after_is_defaulted),
            ),
        )
        .order_by(earlier.revision.desc())
        .limit(literal(1))
        .correlate(entry)
    )


def _same_occurrence(one: Any, other: Any) -> Any:
    return and_(
        one.organization_id == other.organization_id,
        one.timeslot_id == other.timeslot_id,
        one.held_on == other.held_on,
    )


def _entry(row: Any) -> EntryAsOf:
    mark = None
    if row.status is not None:
        mark = MarkFacts(
            status=row.status,
            is_defaulted=row.is_defaulted,
            source=row.mark_source,
            marked_by=None if row.is_defaulted else _marker(row),
            marked_at=row.marked_at,
            note=row.note,
            revision=row.mark_revision,
            needs_review=False,
        )
    return EntryAsOf(row.student_id, row.left_roster, row.mark_revision is not None, mark)


def _marker(row: Any) -> tuple[PersonKind, PersonFacts] | KioskFacts | None:
    if row.marker_id is not None:
        return row.marker_kind, PersonFacts(row.marker_id, row.first_name, row.last_name)
    return KioskFacts(row.kiosk_id, row.kiosk_name) if row.kiosk_id is not None else None
