"""Keeps imports and the office's acts on enrollments apart, and remembers what the source said (R13.9)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from attendance.actions.enrollments.change_enrollments import enrollments_changed
from importing import tables
from importing.acting import as_action
from importing.oneroster.known import Known
from importing.oneroster.makeups import retimed_offerings
from importing.oneroster.plan import Plan
from importing.report import Report
from importing.tables import upsert

# Every action that gives or ends a place locks its offering first, in this order (db/calendar/timetables.py).
_LOCK = """
    SELECT o.id FROM offering o
    WHERE o.organization_id = $1 AND (o.id = ANY ($2) OR o.id IN (
        SELECT e.offering_id FROM enrollment e
        WHERE e.organization_id = $1 AND (e.id = ANY ($3) OR e.student_id = ANY ($4))))
    ORDER BY o.id FOR NO KEY UPDATE
"""
_STANDING = """
    SELECT e.id, e.student_id, e.offering_id, e.type, e.starts_on, e.drop_on, e.end_cause, e.deleted_at
    FROM enrollment e WHERE e.organization_id = $1 AND e.id = ANY ($2)
"""
_HAND_OVER = """
    WITH forgotten AS (
        DELETE FROM imported_enrollment i WHERE i.organization_id = $1 AND i.enrollment_id = ANY ($2)
    )
    UPDATE enrollment e SET source_id = NULL WHERE e.organization_id = $1 AND e.id = ANY ($2)
"""
_GONE = """
    INSERT INTO imported_enrollment AS known (organization_id, enrollment_id, said, starts_on, drop_on, end_cause)
    SELECT e.organization_id, e.id, '', e.starts_on, e.drop_on, e.end_cause FROM enrollment e
    WHERE e.organization_id = $1 AND e.id = ANY ($2) AND e.source_id IS NOT NULL
    ON CONFLICT (organization_id, enrollment_id) DO UPDATE
    SET said = excluded.said, starts_on = excluded.starts_on, drop_on = excluded.drop_on,
        end_cause = excluded.end_cause
    WHERE ROW(known.said, known.starts_on, known.drop_on, known.end_cause)
        IS DISTINCT FROM ROW(excluded.said, excluded.starts_on, excluded.drop_on, excluded.end_cause)
"""


async def lock_what_changed(connection: asyncpg.Connection, plan: Plan, known: Known, report: Report) -> None:
    """Lock the classes that the plan changes, or whose enrollments it changes, and take out of the plan what somebody
    changed since it was read. The report names it. Call this before anything is written.
    """
    former = {one.id: (source_id, one) for source_id, one in known.enrollments.items()} | plan.adopted
    planned = plan.planned("enrollment")
    touched = [row[0] for row in planned if row[0] in former] + plan.gone["enrollment"] + [*plan.succeeded]
    offerings = {row[2] for row in planned} | retimed_offerings(plan, known)
    students = plan.gone["student"]
    if not offerings and not touched and not students:
        return
    await connection.fetch(_LOCK, known.organization_id, list(offerings), touched, students)
    held: set[UUID] = set()
    for row in await connection.fetch(_STANDING, known.organization_id, touched):
        source_id, one = former[row["id"]]
        if tuple(row) != one[: len(row)]:
            held.add(one.id)
            reason = f"{known.name_of(one)}: the office changed this enrollment during the import; it stays as it is"
            report.warn("enrollments.csv", 0, "sourcedId", source_id, reason)
    if held:
        _take_out(plan, held)


@asynccontextmanager
async def tell_roll_sheets(connection: asyncpg.Connection, plan: Plan, known: Known) -> AsyncIterator[None]:
    """Let the block write. Roll sheets of known classes hear of each enrollment that it begins, ends or changes, and
    newcomers of classes that have begun are absent by default (R4.7). New classes are on nobody's screen.
    """
    classes = {one.id for one in known.offerings.values()}
    gone = {*plan.gone["enrollment"], *plan.succeeded}
    students = set(plan.gone["student"])
    places = {(row[1], row[2]) for row in plan.planned("enrollment")}
    planned = {row[0] for row in plan.planned("enrollment")}
    for one in known.enrollments.values():
        if one.id in gone or one.id in planned or one.student_id in students:
            places.add((one.student_id, one.offering_id))
    places = {(student, offering) for student, offering in places if offering in classes}
    if not places:
        yield
        return
    async with as_action(connection, known.organization_id) as uow:
        who, where = {student for student, _ in places}, {offering for _, offering in places}
        async with enrollments_changed(uow, who, where, now=plan.now):
            yield


def _take_out(plan: Plan, held: set[UUID]) -> None:
    new = {plan.succeeded.pop(id_) for id_ in held & plan.succeeded.keys()}
    plan.rows["enrollment"] = [row for row in plan.planned("enrollment") if row[0] not in held | new]
    plan.gone["enrollment"] = [id_ for id_ in plan.gone["enrollment"] if id_ not in held]
    for id_ in held | new:
        plan.made_enrollments.pop(id_, None)
    plan.kept_enrollments |= held


async def hand_over(connection: asyncpg.Connection, organization_id: UUID, plan: Plan) -> None:
    """Take the sourcedId from enrollments that stay in the past, for those that take over."""
    if plan.succeeded:
        await connection.execute(_HAND_OVER, organization_id, list(plan.succeeded))


async def remember(connection: asyncpg.Connection, plan: Plan, known: Known) -> None:
    """Store what the source said about each enrollment, and which it no longer has. Call this when all is written."""
    await upsert(connection, known.organization_id, tables.IMPORTED_ENROLLMENTS, [*plan.made_enrollments.values()])
    students = set(plan.gone["student"])
    with_student = [
        one.id
        for one in known.enrollments.values()
        if one.student_id in students and one.deleted_at is None and not one.is_the_offices
    ]
    gone = {*plan.gone["enrollment"], *with_student}
    if gone:
        await connection.execute(_GONE, known.organization_id, list(gone))
