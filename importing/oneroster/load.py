"""Carries out a plan in the caller's transaction and counts what changed for each kind of entry."""

from uuid import UUID

import asyncpg

from db.calendar.history import end_teaching, end_timeslots, keep_plans, keep_what_held, move_timeslots
from db.enrollments.waiting import close_waiting
from db.names import keys_of
from importing import tables
from importing.ending import end_enrollments, rows_of
from importing.leaving import follow_leaving
from importing.makeups import follow_makeups, hold_makeups
from importing.oneroster.enrollment_acts import hand_over, lock_what_changed, remember, tell_roll_sheets
from importing.oneroster.guardian_phones import write_phones
from importing.oneroster.known import Known
from importing.oneroster.makeups import retimed_offerings
from importing.oneroster.plan import Plan
from importing.oneroster.plan_timetable import changed_offerings
from importing.report import Progress, Report
from importing.tables import Target, stage, upsert

# Tables that others refer to come first. The names on the right appear in the report.
STEPS: tuple[tuple[str, Target, str], ...] = (
    ("location", tables.LOCATIONS, "locations"),
    ("session", tables.SESSIONS, "sessions"),
    ("program", tables.PROGRAMS, "programs"),
    ("offering", tables.OFFERINGS, "classes"),
    ("offering_session", tables.OFFERING_SESSIONS, "sessions of classes"),
    ("timeslot", tables.TIMESLOTS, "timeslots"),
    ("family", tables.FAMILIES, "families"),
    ("student", tables.STUDENTS, "students"),
    ("guardian", tables.PERSONS, "guardians"),
    ("staff", tables.PERSONS, "staff"),
    ("enrollment", tables.ENROLLMENTS, "enrollments"),
    ("offering_instructor", tables.INSTRUCTORS, "instructors of classes"),
)
# A family that is left without students and has no balance is removed; a balance keeps the family.
DELETE_EMPTIED = """
    UPDATE family f SET deleted_at = $2
    WHERE f.organization_id = $1 AND f.source_id IS NOT NULL AND f.deleted_at IS NULL AND f.balance = 0
      AND NOT EXISTS (
        SELECT FROM student s
        WHERE (s.organization_id, s.family_id) = (f.organization_id, f.id) AND s.deleted_at IS NULL)
"""
# A family that somebody edited since it was read is left out; the next import decides about it.
FAMILY_FACTS = """
    UPDATE family f SET name = k.name, phone = k.phone, email = k.email, balance = k.balance,
        sort_key = k.sort_key, search_key = k.search_key
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::text[], $8::text[], $9::text[],
                $10::numeric[], $11::text[], $12::text[])
        AS k (id, name, phone, email, balance, seen_name, seen_phone, seen_email, seen_balance, sort_key, search_key)
    WHERE f.organization_id = $1 AND f.id = k.id
      AND ROW(f.name, f.phone, f.email, f.balance)
        IS NOT DISTINCT FROM ROW(k.seen_name, k.seen_phone, k.seen_email, k.seen_balance)
    RETURNING f.id
"""
BIRTH_FACTS = """
    UPDATE student t SET birth_on = s.birth_on, gender = s.gender
    FROM staged_births s
    WHERE t.organization_id = $1 AND t.id = s.id
      AND ROW(t.birth_on, t.gender) IS DISTINCT FROM ROW(s.birth_on, s.gender)
"""


async def carry_out(
    connection: asyncpg.Connection, plan: Plan, known: Known, report: Report, progress: Progress
) -> None:
    """Writes, then removes. The caller holds the organization's import lock and a transaction."""
    organization_id = known.organization_id
    await lock_what_changed(connection, plan, known, report)
    retimed = retimed_offerings(plan, known)
    async with tell_roll_sheets(connection, plan, known):
        await hold_makeups(connection, organization_id, retimed, plan.now)
        await _write(connection, plan, known, report, progress)
    if given_back := await follow_makeups(connection, organization_id, retimed, plan.now):
        report.thing("makeups given back").changed = given_back
    await follow_leaving(connection, organization_id, plan.now)


async def _write(connection: asyncpg.Connection, plan: Plan, known: Known, report: Report, progress: Progress) -> None:
    organization_id = known.organization_id
    await _free_addresses(connection, plan, known)
    await _keep_past(connection, plan, known)
    report.thing("enrollments").unchanged = len(plan.kept_enrollments)
    for table, target, name in STEPS:
        rows = plan.planned(table)
        if not rows:
            continue
        if table == "enrollment":
            await hand_over(connection, organization_id, plan)
        progress(f"loading {name}", 0, len(rows))
        added, changed = await upsert(connection, organization_id, target, rows)
        stored = report.thing(name)
        stored.added, stored.changed = added, changed
        stored.unchanged += len(rows) - added - changed
        progress(f"loading {name}", len(rows), len(rows))
    await _close_waiting(connection, plan, organization_id, report)
    await _retime(connection, plan, organization_id, report)
    await keep_plans(connection.fetch, organization_id, plan.now)
    await _move(connection, plan, organization_id, report)
    await _write_facts(connection, plan, organization_id, report)
    await _remove(connection, plan, organization_id, report)
    await write_phones(connection, plan, organization_id, report)
    await remember(connection, plan, known)


async def _close_waiting(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    places = [row[0] for row in plan.planned("enrollment")]
    if places and (ended := await close_waiting(connection.fetch, organization_id, places, plan.now)):
        report.thing("waits for a place").removed = ended


async def _free_addresses(connection: asyncpg.Connection, plan: Plan, known: Known) -> None:
    """Clear addresses first, since they are unique at every moment: two people who swap addresses both give them up
    before.
    """
    new = {row[0]: (row[4] or "").lower() for table in ("staff", "guardian") for row in plan.planned(table)}
    gives_up = [id_ for (_, email), id_ in known.emails.items() if id_ in new and new[id_] != email]
    await connection.execute(
        "UPDATE person SET email = NULL WHERE organization_id = $1 AND id = ANY($2)",
        known.organization_id,
        [*gives_up, *plan.freed_addresses],
    )


async def _keep_past(connection: asyncpg.Connection, plan: Plan, known: Known) -> None:
    changed = {id_: plan.changes_on[id_] for id_ in changed_offerings(plan, known)}
    await keep_what_held(connection.fetch, known.organization_id, changed)


async def _retime(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    await move_timeslots(connection.fetch, organization_id, plan.moved_timeslots)
    await end_timeslots(connection.fetch, organization_id, plan.ended_timeslots, plan.now)
    if plan.moved_timeslots or plan.ended_timeslots:
        stored = report.thing("timeslots")
        stored.changed += len(plan.moved_timeslots)
        stored.removed += len(plan.ended_timeslots)


async def _move(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    for table, pairs in plan.moved.items():
        name = "students" if table == "student" else "guardians"
        done = await connection.execute(
            f"UPDATE {table} t SET family_id = m.family_id FROM unnest($2::uuid[], $3::uuid[]) AS m(id, family_id) "  # noqa: S608
            "WHERE t.organization_id = $1 AND t.id = m.id",
            organization_id,
            [id_ for id_, _ in pairs],
            [family for _, family in pairs],
        )
        report.thing(name).changed += rows_of(done)


async def _write_facts(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    if plan.family_facts:
        facts = plan.family_facts.items()
        rows = ((id_, *new, *seen, *keys_of("family", {"name": new.name})) for id_, (new, seen) in facts)
        columns = zip(*rows, strict=True)
        written = {row[0] for row in await connection.fetch(FAMILY_FACTS, organization_id, *map(list, columns))}
        report.thing("facts of families").changed = len(written)
        for missed in plan.family_facts.keys() - written:
            plan.said_of_families.pop(missed, None)
    said = [(id_, *fields) for id_, fields in plan.said_of_families.items()]
    await upsert(connection, organization_id, tables.IMPORTED_FAMILIES, said)
    if plan.birth_facts:
        await stage(connection, "student", ("id", "birth_on", "gender"), plan.birth_facts, "staged_births")
        stored = report.thing("birth dates and sex")
        stored.changed = rows_of(await connection.execute(BIRTH_FACTS, organization_id))
        stored.unchanged = len(plan.birth_facts) - stored.changed


async def _remove(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    for table, _, name in STEPS:
        removed = 0
        if ids := plan.gone.get(table, []):
            removed = await _remove_ids(connection, table, organization_id, ids, plan)
        if pairs := plan.links_gone.get(table, []):
            removed = await _remove_links(connection, table, organization_id, pairs, plan)
        if removed or (plan.gone.get(table) or plan.links_gone.get(table)):
            report.thing(name).removed += removed
    students = plan.gone.get("student", [])
    if ended := await end_enrollments(
        connection, "student_id", organization_id, students, changes_on=plan.changes_on, now=plan.now
    ):
        report.thing("enrollments").removed += ended
    if plan.planned("student") or students or plan.moved:
        emptied = rows_of(await connection.execute(DELETE_EMPTIED, organization_id, plan.now))
        if emptied:
            report.thing("families").removed += emptied


async def _remove_ids(
    connection: asyncpg.Connection, table: str, organization_id: UUID, ids: list[UUID], plan: Plan
) -> int:
    if table == "enrollment":
        return await end_enrollments(connection, "id", organization_id, ids, changes_on=plan.changes_on, now=plan.now)
    real, column = ("person", "ended_at") if table in ("staff", "guardian") else (table, "deleted_at")
    sql = f"UPDATE {real} SET {column} = $3 WHERE organization_id = $1 AND id = ANY($2) AND {column} IS NULL"  # noqa: S608
    return rows_of(await connection.execute(sql, organization_id, ids, plan.now))


async def _remove_links(
    connection: asyncpg.Connection, table: str, organization_id: UUID, pairs: list[tuple[UUID, UUID]], plan: Plan
) -> int:
    if table == "offering_instructor":
        return await end_teaching(connection.fetch, organization_id, pairs, plan.changes_on)
    done = await connection.execute(
        "DELETE FROM offering_session USING unnest($2::uuid[], $3::uuid[]) AS lost(one, other) "
        "WHERE organization_id = $1 AND offering_id = lost.one AND session_id = lost.other",
        organization_id,
        [one for one, _ in pairs],
        [other_id for _, other_id in pairs],
    )
    return rows_of(done)
