"""The last part of the plan: who is in which class, who teaches it, and what goes."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from importing.oneroster.follow_enrollments import EnrollmentFollower
from importing.oneroster.known import Known, KnownEnrollment
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.report import Report


def plan_enrollments(plan: Plan, roster: Roster, known: Known, today: date, report: Report) -> None:
    """Plan students' enrollments, and teachers as instructors. Other roles in a class have no meaning in Rollbook."""
    rows = roster.rows("enrollments")
    teaching: dict[UUID, set[UUID]] = {}
    follower = EnrollmentFollower(plan, roster, known, report)
    for one in rows.live:
        offering = plan.ids["classes"][one["classSourcedId"]]
        if one["role"] == "student":
            follower.follow(one)
        elif one["role"] == "teacher":
            if one["endDate"] is None or one["endDate"] >= today:
                teaching.setdefault(offering, set()).add(plan.ids["staff"][one["userSourcedId"]])
        else:
            report.rows("enrollments.csv").unused += 1
    for offering, persons in teaching.items():
        for person in sorted(persons):
            plan.add("offering_instructor", (offering, person, plan.changes_on.get(offering)))
    plan.links_gone["offering_instructor"] = _instructors_gone(plan, roster, known, teaching)


def _instructors_gone(
    plan: Plan, roster: Roster, known: Known, teaching: dict[UUID, set[UUID]]
) -> list[tuple[UUID, UUID]]:
    """Return the instructors to remove. In a bulk file these are imported staff whom an imported class no longer has;
    in a delta, those whose row is to be deleted or has ended.
    """
    rows = roster.rows("enrollments")
    staff = {person.id for person in known.staff.values()}
    if rows.mode == "bulk":
        if not rows.is_whole or rows.bad:
            return []
        classes = {offering.id for offering in known.offerings.values()}
        return [
            (offering, person)
            for offering, persons in known.instructors_of.items()
            for person in persons & staff - teaching.get(offering, set())
            if offering in classes
        ]
    gone = []
    for one in rows.records:
        offering = plan.ids["classes"].get(one["classSourcedId"] or "")
        person = plan.ids["staff"].get(one["userSourcedId"] or "")
        is_taught = offering is not None and person in teaching.get(offering, set())
        if offering is not None and person is not None and one["role"] == "teacher" and not is_taught:
            gone.append((offering, person))
    return gone


def plan_removals(plan: Plan, roster: Roster, known: Known, report: Report) -> Mapping[str, Mapping[str, UUID]]:
    """Plan the removal of what a bulk file no longer contains, and of what a row declares as deleted. Rows that could
    not be read count as present.

    Return what there is until now, by table and sourcedId.
    """
    held: dict[str, tuple[str, dict[str, UUID]]] = {
        "location": ("orgs", {s: x.id for s, x in known.locations.items() if x.deleted_at is None}),
        "session": ("academicSessions", _live_sessions(known)),
        "offering": ("classes", {s: x.id for s, x in known.offerings.items() if x.deleted_at is None}),
        "student": ("users", {s: x.id for s, x in known.students.items() if x.deleted_at is None}),
        "staff": ("users", {s: x.id for s, x in known.staff.items() if x.ended_at is None}),
        "guardian": ("users", {s: x.id for s, x in known.guardians.items() if x.ended_at is None}),
        "enrollment": (
            "enrollments",
            {
                source_id: one.id
                for source_id, one in known.enrollments.items()
                if one.deleted_at is None and _runs(one, plan)
            },
        ),
    }
    for table, (file, live) in held.items():
        planned = {row[0] for row in plan.planned(table)}
        if table == "enrollment":
            planned |= plan.kept_enrollments
        # The source may name somebody by the sourcedId of whoever was merged into them (R13.6).
        if table == "student":
            planned |= {plan.ids["students"][each] for each in roster.students if each in plan.ids["students"]}
        if table == "guardian":
            planned |= {known.guardians[each].id for each in roster.guardians if each in known.merged_guardians}
        plan.gone[table] = [*_missing(roster, file, live, planned), *_named(roster, file, live, planned)]
    _hold(plan, roster, known, report)
    courses = roster.rows("courses").deleted
    programs = [known.new_id("program", course.id) for course in courses]
    plan.gone["program"] = [program for program in programs if program in known.program_ids]
    return {table: live for table, (_, live) in held.items()}


def _hold(plan: Plan, roster: Roster, known: Known, report: Report) -> None:
    """Leave out what the office changed. What ends with its student ends all the same."""
    gone, students = set(plan.gone["enrollment"]), set(plan.gone["student"])
    lost = {
        source_id: one.id
        for source_id, one in known.enrollments.items()
        if one.id in gone and one.id not in plan.succeeded and one.student_id not in students
    }
    held = set(EnrollmentFollower(plan, roster, known, report).held_from_removal(lost))
    plan.gone["enrollment"] = [id_ for id_ in plan.gone["enrollment"] if id_ not in held]


def _runs(one: KnownEnrollment, plan: Plan) -> bool:
    return one.drop_on is None or one.drop_on >= plan.changes_on[one.offering_id]


def _live_sessions(known: Known) -> dict[str, UUID]:
    imported = ((source_id, one) for source_id, one in known.sessions.items() if not source_id.startswith("/"))
    return {source_id: one.id for source_id, one in imported if one.deleted_at is None}


def _missing(roster: Roster, file: str, live: Mapping[str, UUID], planned: set[UUID]) -> list[UUID]:
    rows = roster.rows(file)
    if rows.mode != "bulk" or not rows.is_whole:
        return []
    there = rows.by_id.keys() | rows.bad.keys()
    return [id_ for source_id, id_ in _absent(live, planned) if source_id not in there]


def _named(roster: Roster, file: str, live: Mapping[str, UUID], planned: set[UUID]) -> list[UUID]:
    """Return the entries that are declared as deleted, or are no longer of this kind: a student who became a
    teacher.
    """
    by_id = roster.rows(file).by_id
    return [id_ for source_id, id_ in _absent(live, planned) if source_id in by_id]


def _absent(live: Mapping[str, UUID], planned: set[UUID]) -> Iterable[tuple[str, UUID]]:
    return ((source_id, id_) for source_id, id_ in live.items() if id_ not in planned)
