"""Writes what a plan links: classes with their sessions and instructors, and guardians with their numbers."""

from uuid import UUID

import asyncpg

from db.calendar.history import end_teaching
from importing.ending import rows_of
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import CLASSES, GUARDIANS
from importing.spreadsheets.touched import written
from importing.tables import Row, Target, stage, upsert

_PHONES_GO = """
    DELETE FROM guardian_phone g WHERE g.organization_id = $1 AND g.person_id = ANY ($2)
      AND NOT EXISTS (SELECT FROM staged_phones s WHERE s.person_id = g.person_id AND s.number = g.number)
"""
_PHONES_COME = """
    INSERT INTO guardian_phone (organization_id, person_id, number)
    SELECT $1, s.person_id, s.number FROM staged_phones s ORDER BY s.person_id, s.number
    ON CONFLICT (organization_id, person_id, number) DO NOTHING
"""
_SESSIONS = Target("offering_session", ("offering_id", "session_id"), ("offering_id", "session_id"))
_INSTRUCTORS = Target(
    "offering_instructor",
    ("offering_id", "person_id", "starts_on"),
    ("offering_id", "person_id"),
    frozenset({"starts_on"}),
)


async def write_links(connection: asyncpg.Connection, plan: Plan) -> None:
    """Write and remove the links of the plan. The classes, sessions and people that they name have been written."""
    organization_id, report = plan.known.organization_id, plan.report
    sessions: list[Row] = []
    instructors: list[Row] = []
    lost_sessions: list[tuple[UUID, UUID]] = []
    lost_instructors: list[tuple[UUID, UUID]] = []
    for outcome in written(plan, CLASSES):
        before = outcome.before.values if outcome.before else {"sessions": (), "instructors": ()}
        for name, come, go in (
            ("sessions", sessions, lost_sessions),
            ("instructors", instructors, lost_instructors),
        ):
            here, there = set(outcome.after[name] or ()), set(before[name])
            come += [(outcome.id, each) for each in sorted(here - there)]
            go += [(outcome.id, each) for each in sorted(there - here)]
    taught = [(offering, person, plan.changes_on.get(offering)) for offering, person in instructors]
    await upsert(connection, organization_id, _SESSIONS, sessions)
    await end_teaching(connection.fetch, organization_id, lost_instructors, plan.changes_on)
    await upsert(connection, organization_id, _INSTRUCTORS, taught)
    await connection.execute(
        "DELETE FROM offering_session USING unnest($2::uuid[], $3::uuid[]) AS lost(one, other) "
        "WHERE organization_id = $1 AND offering_id = lost.one AND session_id = lost.other",
        organization_id,
        [one for one, _ in lost_sessions],
        [other for _, other in lost_sessions],
    )
    for thing, come, go in (
        ("sessions of classes", sessions, lost_sessions),
        ("instructors of classes", instructors, lost_instructors),
    ):
        if come or go:
            stored = report.thing(thing)
            stored.added, stored.removed = len(come), len(go)
    await _write_phones(connection, plan)


async def _write_phones(connection: asyncpg.Connection, plan: Plan) -> None:
    touched = [one for one in written(plan, GUARDIANS) if one.is_new or one.revives or "phones" in one.changed]
    if not touched:
        return
    rows = [(one.id, number) for one in touched for number in sorted(set(one.after["phones"] or ()))]
    await stage(connection, "guardian_phone", ("person_id", "number"), rows, "staged_phones")
    organization_id = plan.known.organization_id
    removed = await connection.execute(_PHONES_GO, organization_id, [one.id for one in touched])
    added = await connection.execute(_PHONES_COME, organization_id)
    stored = plan.report.thing("numbers of guardians")
    stored.removed, stored.added = rows_of(removed), rows_of(added)
