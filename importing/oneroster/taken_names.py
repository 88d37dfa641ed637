"""Refuses orgs whose name another location has, and tells of courses of one title (R13.1, R13.8)."""

from collections import defaultdict
from collections.abc import Iterator

from attendance.rules.catalogue.same_names import name_key
from importing.csv_rows import Record
from importing.oneroster.known import Known
from importing.oneroster.roster import Roster
from importing.report import Report


def refuse_taken_names(roster: Roster, known: Known, report: Report) -> None:
    """Leave out and report each org that gives a location a name which another one has after the import, and say which
    one that is. An org whose location has the name already keeps it, so that a bundle that was loaded before can be
    loaded again.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    orgs = list(_locations(roster, known))
    for org in orgs:
        holders[name_key(org["name"])].append(_where(org))
    for name, where in _others(roster, known):
        holders[name_key(name)].append(where)
    bad = set()
    for org in orgs:
        location = known.locations.get(org.id)
        if location is not None and location.name == org["name"]:
            continue
        if found := [each for each in holders[name_key(org["name"])] if each != _where(org)]:
            reason = f"is also the name of {', '.join(found)}; give each a name of its own"
            report.error("orgs.csv", org.line, "name", org["name"], reason)
            bad.add(org.line)
    roster.rows("orgs").leave_out(bad)


def tell_equal_titles(roster: Roster, known: Known, report: Report) -> None:
    """Warn of each new course whose title another course of the bundle has. Both become programs, because schools give
    one title to courses of several years and departments.
    """
    by_title: dict[str, list[Record]] = defaultdict(list)
    for course in roster.rows("courses").live:
        by_title[name_key(course["title"])].append(course)
    for courses in by_title.values():
        for course in courses:
            others = ", ".join(_where(each) for each in courses if each is not course)
            if others and known.new_id("program", course.id) not in known.program_ids:
                reason = f"is also the title of {others}; both become programs of this name"
                report.warn("courses.csv", course.line, "title", course["title"], reason)


def _locations(roster: Roster, known: Known) -> Iterator[Record]:
    """Yield the orgs that become locations: schools, orgs at which a class is held, and those that are one already."""
    held_at = {record["schoolSourcedId"] for record in roster.rows("classes").live}
    for org in roster.rows("orgs").live:
        if org["type"] == "school" or org.id in held_at or org.id in known.locations:
            yield org


def _others(roster: Roster, known: Known) -> Iterator[tuple[str, str]]:
    """Yield the names of the locations in Rollbook that the bundle neither has nor ends, and what they are called."""
    orgs = roster.rows("orgs")
    for location in known.location_by_id.values():
        is_named = location.source_id is not None and (orgs.mode == "bulk" or location.source_id in orgs.by_id)
        if location.deleted_at is None and not is_named:
            yield location.name, f"the location {location.id} in Rollbook"


def _where(row: Record) -> str:
    return f"the row on line {row.line} (sourcedId {row.id})"
