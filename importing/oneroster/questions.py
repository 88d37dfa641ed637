"""What an import asks about first: ending more than a tenth of anything, and taking a role from a person (R13.10)."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from importing.oneroster.known import Known
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.questions import is_many

_KINDS = {
    "location": ("orgs", "locations"),
    "session": ("academicSessions", "sessions"),
    "offering": ("classes", "classes"),
    "student": ("users", "students"),
    "staff": ("users", "staff"),
    "guardian": ("users", "guardians"),
    "enrollment": ("enrollments", "enrollments"),
}


def questions(plan: Plan, roster: Roster, known: Known, live: Mapping[str, Mapping[str, UUID]]) -> list[str]:
    """Return what must be confirmed, a sentence each. `live` has what there is by kind and sourcedId."""
    found = [*_ends(plan, roster, live), *_other_ends(plan, known)]
    return found + _lost_roles(plan, roster, known, live)


def _ends(plan: Plan, roster: Roster, live: Mapping[str, Mapping[str, UUID]]) -> Iterator[str]:
    for table, (file, name) in _KINDS.items():
        there = set(live[table].values())
        ending = (set(plan.gone[table]) | _closing(plan, table)) & there
        rows = roster.rows(file)
        is_empty = rows.mode == "bulk" and rows.is_whole and not rows.by_id and not rows.bad
        if is_empty and ending:
            yield f"{file}.csv is a bulk file without rows, so {len(ending)} of {len(there)} {name} would end."
        elif is_many(len(ending), len(there)):
            yield f"{len(ending)} of the {len(there)} {name} would end."


def _closing(plan: Plan, table: str) -> set[UUID]:
    """Return what ends by its row: accounts that are closed, and enrollments whose last day is before today."""
    if table in ("staff", "guardian"):
        return {row[0] for row in plan.planned(table) if row[8] is not None}
    if table == "enrollment":
        return {row[0] for row in plan.planned(table) if row[5] is not None and row[5] < plan.today_of(row[2])}
    return set()


def _other_ends(plan: Plan, known: Known) -> Iterator[str]:
    gone = set(plan.gone["offering"])
    meeting = [one for one in known.timeslots if one.ends_on is None and one.deleted_at is None]
    ended = [one for one in meeting if one.id in plan.ended_timeslots and one.offering_id not in gone]
    teaching = sum(map(len, known.instructors_of.values()))
    attached = sum(map(len, known.sessions_of.values()))
    for count, of, name in (
        (len(ended), len(meeting), "weekly meetings"),
        (len(plan.links_gone.get("offering_instructor", ())), teaching, "instructors of classes"),
        (len(plan.links_gone.get("offering_session", ())), attached, "sessions of classes"),
        (len(plan.gone["program"]), len(known.program_ids), "programs"),
    ):
        if is_many(count, of):
            yield f"{count} of the {of} {name} would end."


def _lost_roles(plan: Plan, roster: Roster, known: Known, live: Mapping[str, Mapping[str, UUID]]) -> list[str]:
    """Return who stays in the source, but no longer as what they were."""
    users, found = roster.rows("users").by_id, []
    for kind in ("student", "staff", "guardian"):
        gone = set(plan.gone[kind])
        lost = [
            known.names[id_]
            for source_id, id_ in live[kind].items()
            if id_ in gone and source_id in users and not users[source_id].to_delete
        ]
        if lost:
            more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            article = "staff" if kind == "staff" else f"a {kind}"
            found.append(f"No longer {article}: {', '.join(lost[:5])}{more}.")
    return found
