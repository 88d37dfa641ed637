"""What tells two classes, two students or two instructors of one name apart in a report (R15.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeAlias

from sqlalchemy import Row

from db.fragments import holds_on
from db.names import sort_key

OF_STUDENT = """LEFT JOIN LATERAL (
    SELECT f.name AS family_name, s.birth_on
    FROM student s JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
    WHERE s.organization_id = :organization_id AND s.id = CAST(page.key AS uuid)
) about ON true"""
"""The family and the birthday of the student that a row of the table `page` is about."""

OF_OFFERING = "LEFT JOIN about ON about.offering_id = CAST(page.key AS uuid)"
"""The location and the meetings of the class that a row of the table `page` is about; with ABOUT_OFFERINGS before."""

_WEEKDAY_AND_TIME = "CAST(extract(isodow FROM added.held_on) AS text) || ' ' || CAST(t.start_time AS text)"
ABOUT_OFFERINGS = f"""
met AS (
    SELECT added.offering_id, (array_agg(added.location_id ORDER BY added.held_on DESC))[1] AS location_id,
           array_agg(DISTINCT {_WEEKDAY_AND_TIME}) AS meetings
    FROM page
    JOIN added ON added.offering_id = CAST(page.key AS uuid)
    JOIN timeslot_version t ON t.organization_id = :organization_id AND t.id = added.timeslot_id
        AND {holds_on("t", "added.held_on")}
    GROUP BY added.offering_id
), about AS (
    SELECT met.offering_id, met.meetings, l.name AS location_name
    FROM met JOIN location l ON l.organization_id = :organization_id AND l.id = met.location_id
)"""  # noqa: S608 - constants
"""The table `about`, of the offerings in the tables `page` and `added`."""

OF_INSTRUCTOR = "LEFT JOIN about ON about.of_person = page.key"
"""What the instructor taught that a row of the table `page` is about; with ABOUT_INSTRUCTORS before."""

ABOUT_INSTRUCTORS = """
about AS (
    SELECT page.key AS of_person, array_agg(DISTINCT o.name) AS class_names,
           array_agg(DISTINCT l.name) AS location_names
    FROM page
    JOIN taught ON coalesce(CAST(taught.person_id AS text), '') = page.key
    JOIN offering o ON o.organization_id = :organization_id AND o.id = taught.offering_id
    JOIN location l ON l.organization_id = :organization_id AND l.id = taught.location_id
    GROUP BY page.key
)"""
"""The table `about`, of the instructors in the tables `page` and `taught`."""


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """The location of the last sheet of a class, and the weekdays (from 1, Monday) and times of its sheets in order."""

    location_name: str
    meetings: tuple[tuple[int, time], ...]


@dataclass(frozen=True, slots=True)
class StudentDetails:
    family_name: str
    birth_on: date | None


@dataclass(frozen=True, slots=True)
class InstructorDetails:
    """The names of the classes and of the locations of the sheets that count for an instructor, each once, in order."""

    class_names: tuple[str, ...]
    location_names: tuple[str, ...]


Details: TypeAlias = ClassDetails | StudentDetails | InstructorDetails


def class_details(row: Row[Any]) -> ClassDetails:
    return ClassDetails(row.location_name, _meetings(row.meetings))


def student_details(row: Row[Any]) -> StudentDetails:
    return StudentDetails(row.family_name, row.birth_on)


def instructor_details(row: Row[Any]) -> InstructorDetails:
    return InstructorDetails(_in_order(row.class_names), _in_order(row.location_names))


def _in_order(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=sort_key))


def _meetings(texts: Sequence[str]) -> tuple[tuple[int, time], ...]:
    parted = (each.split(" ") for each in texts)
    return tuple(sorted((int(weekday), time.fromisoformat(start)) for weekday, start in parted))
