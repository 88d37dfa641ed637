"""Decides what the database will contain: the rows of each table, and which are removed. Nothing is written here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db.calendar.history import MovedTimeslot
from importing.oneroster.known import FamilyFields, Known, KnownEnrollment
from importing.oneroster.roster import Roster
from importing.report import ImportRefused
from importing.tables import Row


@dataclass
class Plan:
    """The rows by table, in the column order of `tables`. `gone` has the ids to remove by table; links are pairs of
    ids.

    `ids` maps the sourcedIds of classes, students and staff, new and known, to ids. `changes_on` is the date from which
    a change of each class holds that is there, the office's own included (R2.10); a new class has none.

    kept_enrollments -- those of the bundle that stay as they are
    family_facts -- by family, its new fields and those that it has been read with
    said_of_families -- what is to be remembered of what the source said, by family (R13.9)
    made_enrollments -- what is to be remembered of the source's rows, by enrollment (R13.9)
    adopted -- the office's own enrollments that get a sourcedId, with what they were read as
    succeeded -- by the id of an enrollment that stays in the past, the one that takes over its sourcedId
    zones, location_of -- the zone of each location, and the location of each class, as they will be
    """

    now: datetime
    changes_on: dict[UUID, date] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    gone: dict[str, list[UUID]] = field(default_factory=dict)
    links_gone: dict[str, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    family_facts: dict[UUID, tuple[FamilyFields, FamilyFields]] = field(default_factory=dict)
    said_of_families: dict[UUID, FamilyFields] = field(default_factory=dict)
    phones: dict[UUID, set[str]] = field(default_factory=dict)
    birth_facts: list[Row] = field(default_factory=list)
    moved: dict[str, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    moved_timeslots: list[MovedTimeslot] = field(default_factory=list)
    ended_timeslots: dict[UUID, date] = field(default_factory=dict)
    freed_addresses: list[UUID] = field(default_factory=list)
    ids: dict[str, dict[str, UUID]] = field(default_factory=dict)
    dates_of_class: dict[str, tuple[date, date | None]] = field(default_factory=dict)
    kept_enrollments: set[UUID] = field(default_factory=set)
    made_enrollments: dict[UUID, Row] = field(default_factory=dict)
    adopted: dict[UUID, tuple[str, KnownEnrollment]] = field(default_factory=dict)
    succeeded: dict[UUID, UUID] = field(default_factory=dict)
    zones: dict[UUID, ZoneInfo] = field(default_factory=dict)
    location_of: dict[UUID, UUID] = field(default_factory=dict)

    def add(self, table: str, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)

    def planned(self, table: str) -> list[Row]:
        return self.rows.get(table, [])

    def today_of(self, offering_id: UUID) -> date:
        """Return the current date where the class is held."""
        return self.now.astimezone(self.zones[self.location_of[offering_id]]).date()


def plan_locations(plan: Plan, roster: Roster, known: Known, zone: str | None, zones: dict[str, str]) -> None:
    """Turn schools into locations, and also any other org at which a class is held. Other orgs have no counterpart.

    zone -- for new locations
    zones -- by org, from schedule.csv; they take precedence and also change known locations

    Raises ImportRefused for a new location without any zone, because every rule about time depends on it.
    """
    held_at = {record["schoolSourcedId"] for record in roster.rows("classes").live}
    ids = plan.ids["orgs"] = {source_id: location.id for source_id, location in known.locations.items()}
    homeless = []
    here = set()
    for org in roster.rows("orgs").live:
        if org["type"] != "school" and org.id not in held_at and org.id not in known.locations:
            continue
        here.add(org.id)
        location = known.locations.get(org.id)
        ids.setdefault(org.id, known.new_id("location", org.id))
        zone_name = zones.get(org.id) or (location.time_zone if location else zone)
        if zone_name is None:
            homeless.append(org["name"])
        plan.add("location", (ids[org.id], org["name"], zone_name, org.id, None))
    for source_id, zone_name in zones.items():
        if source_id not in here:
            location = known.locations[source_id]
            plan.add("location", (location.id, location.name, zone_name, source_id, location.deleted_at))
    plan.zones = {one.id: ZoneInfo(one.time_zone) for one in known.location_by_id.values()}
    plan.zones |= {row[0]: ZoneInfo(row[2]) for row in plan.planned("location") if row[2] is not None}
    if homeless:
        others = f" and {len(homeless) - 1} more" if len(homeless) > 1 else ""
        raise ImportRefused(
            f"The time zone of the location {homeless[0]!r}{others} is not known. "
            "Give --time-zone Area/City for all, or the column timeZone in schedule.csv."
        )


def plan_sessions(plan: Plan, roster: Roster, known: Known) -> None:
    """Turn academic sessions of every type into sessions. A class is attached to the sessions that it names as its
    terms.
    """
    ids = plan.ids["academicSessions"] = {source_id: session.id for source_id, session in known.sessions.items()}
    for term in roster.rows("academicSessions").live:
        ids.setdefault(term.id, known.new_id("session", term.id))
        plan.add("session", (ids[term.id], term["title"], term["startDate"], term["endDate"], term.id, None))


def plan_offerings(plan: Plan, roster: Roster, known: Known) -> None:
    """Turn courses into programs, and classes into offerings of the kind CLASS with their sessions."""
    for course in roster.rows("courses").live:
        plan.add("program", (known.new_id("program", course.id), course["title"], None))
    ids = plan.ids["classes"] = {source_id: offering.id for source_id, offering in known.offerings.items()}
    imported = {session.id for source_id, session in known.sessions.items() if not source_id.startswith("/")}
    for one in roster.rows("classes").live:
        id_ = ids.setdefault(one.id, known.new_id("offering", one.id))
        location = plan.ids["orgs"][one["schoolSourcedId"]]
        program = _program(one["courseSourcedId"], roster, known)
        plan.add("offering", (id_, "CLASS", one["title"], location, program, one.id, None))
        sessions = [plan.ids["academicSessions"][term] for term in one["termSourcedIds"]]
        for session in sessions:
            plan.add("offering_session", (id_, session))
        # Sessions that the office created and attached by hand stay.
        lost = [(id_, old) for old in known.sessions_of.get(id_, []) if old in imported and old not in sessions]
        plan.links_gone.setdefault("offering_session", []).extend(lost)
    plan.location_of = {one.id: one.location_id for one in known.offerings.values()}
    plan.location_of |= {row[0]: row[3] for row in plan.planned("offering")}
    _date_classes(plan, roster, known)


def _program(course: str | None, roster: Roster, known: Known) -> UUID | None:
    """Return the program of the course, or None for a class without a course, or in a bundle without its courses."""
    if course is None:
        return None
    program = known.new_id("program", course)
    return program if course in roster.rows("courses").by_id or program in known.program_ids else None


def _date_classes(plan: Plan, roster: Roster, known: Known) -> None:
    """Determine the first and last day of each class from its sessions, for enrollments without dates."""
    dates = {session.id: (session.starts_on, session.ends_on) for session in known.sessions.values()}
    dates |= {row[0]: (row[2], row[3]) for row in plan.planned("session")}
    ids = plan.ids["academicSessions"]
    named = {one.id: [ids[term] for term in one["termSourcedIds"]] for one in roster.rows("classes").live}
    for source_id, offering in known.offerings.items():
        named.setdefault(source_id, known.sessions_of.get(offering.id, []))
    for source_id, sessions in named.items():
        if sessions:
            ends = [dates[session][1] for session in sessions]
            closed = [end for end in ends if end is not None]
            last = max(closed) if len(closed) == len(ends) else None
            plan.dates_of_class[source_id] = (min(dates[session][0] for session in sessions), last)
