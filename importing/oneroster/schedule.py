"""Reads schedule.csv: when classes meet, which OneRoster does not say."""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from attendance.rules.calendar.zones import is_time_zone
from importing.cells import clock_of, weekday_of
from importing.csv_rows import Record
from importing.oneroster.roster import Roster
from importing.report import Report

FILE = "schedule.csv"
LONGEST_BY_END = 12 * 60


@dataclass(frozen=True)
class Slot:
    """One weekly meeting of a class. `weekday` is as in ISO 8601: Monday is 1."""

    line: int
    source_id: str
    weekday: int
    start: time
    minutes: int
    room: str | None

    @property
    def key(self) -> str:
        return slot_key(self.source_id, self.weekday, self.start)


@dataclass
class Schedule:
    """The sound rows, the zones that they give for classes, with their lines, and the resulting zones by org."""

    slots: list[Slot] = field(default_factory=list)
    zones: dict[str, tuple[int, str]] = field(default_factory=dict)
    zone_of_org: dict[str, str] = field(default_factory=dict)


def slot_key(source_id: str, weekday: int | None, start: time) -> str:
    """What the id of a new timeslot is made of; one that is moved keeps its id."""
    return f"{source_id}/{weekday}/{start:%H:%M}"


def read_schedule(roster: Roster, report: Report) -> Schedule:
    """Check whether the cells of each row fit together. Bad rows are left out and reported."""
    schedule = Schedule()
    rows = roster.rows("schedule")
    bad: set[int] = set()
    seen: dict[str, int] = {}
    for record in rows.records:
        faults: list[tuple[str, str, str]] = []
        slot = _slot(record, roster, faults)
        zone = record["timeZone"]
        if zone is not None and not is_time_zone(zone):
            faults.append(("timeZone", zone, "is not a time zone such as America/Chicago"))
        if slot is not None and slot.key in seen:
            faults.append(("start", record["start"], f"is the same meeting as on line {seen[slot.key]}"))
        if slot is not None and not faults:
            seen[slot.key] = record.line
            schedule.slots.append(slot)
            if zone is not None:
                schedule.zones.setdefault(slot.source_id, (record.line, zone))
        for column, value, reason in faults:
            report.error(FILE, record.line, column, value or "", reason)
            bad.add(record.line)
    rows.leave_out(bad)
    return schedule


def _slot(record: Record, roster: Roster, faults: list[tuple[str, str, str]]) -> Slot | None:
    weekday = weekday_of(record["weekday"])
    start = clock_of(record["start"])
    if weekday is None:
        faults.append(("weekday", record["weekday"], "is neither 1 (Monday) to 7 (Sunday) nor the name of a day"))
    if start is None:
        faults.append(("start", record["start"], "is not a time such as 16:30"))
        return None
    minutes = _minutes(record, start, faults)
    if weekday is None or minutes is None:
        return None
    source_id = record["classSourcedId"]
    class_row = roster.rows("classes").by_id.get(source_id)
    room: Any = record["room"] or (class_row["location"] if class_row else None)
    return Slot(record.line, source_id, weekday, start, minutes, room)


def _minutes(record: Record, start: time, faults: list[tuple[str, str, str]]) -> int | None:
    """Return the length, from `minutes` or `end`; None after a fault was reported."""
    said, end = record["minutes"], record["end"]
    by_end = _minutes_by_end(end, start) if end is not None else None
    by_said = int(said) if said is not None and said.isdecimal() and len(said) <= 4 else None
    if end is not None and by_end is None:
        faults.append(("end", end, "is not a time such as 17:15 within 12 hours after the start"))
    elif said is not None and (by_said is None or not 1 <= by_said <= 24 * 60):
        faults.append(("minutes", said, "is not a number from 1 to 1440"))
    elif said is None and end is None:
        faults.append(("end", "", "is required if minutes is empty"))
    elif by_end is not None and by_said is not None and by_end != by_said:
        faults.append(("minutes", said, f"does not agree with the end, which gives {by_end}"))
    else:
        return by_end or by_said
    return None


def _minutes_by_end(text: str, start: time) -> int | None:
    """Return the length up to the end. An end before the start is on the next day (R2.7); for a slot longer than 12
    hours `minutes` is needed.
    """
    end = clock_of(text)
    if end is None:
        return None
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % (24 * 60)
    return minutes if 0 < minutes <= LONGEST_BY_END else None
