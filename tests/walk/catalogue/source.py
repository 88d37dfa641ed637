"""What a student information system says about a small school, and the OneRoster bundle that it sends."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from tests.importing.bundles import Files, user

DAY = timedelta(days=1)
STUDENTS = ("Ann", "Ben", "Cas", "Dan")
TEACHERS = ("Tea", "Lou")


@dataclass(frozen=True)
class Meeting:
    """A weekly meeting of a class; `weekday` is that of ISO 8601."""

    weekday: int
    start: time
    minutes: int


@dataclass
class SourceClass:
    title: str
    terms: tuple[str, ...]
    meetings: list[Meeting]
    teacher: str


@dataclass
class Row:
    """A student's row in enrollments.csv. None means that the cell is empty."""

    student: str
    class_: str
    begins_on: date | None = None
    ends_on: date | None = None

    def dates(self, term: tuple[date, date]) -> tuple[date, date]:
        """The first and the last date; those of the class where the row has none. They may be no range."""
        first, last = term
        begins_on = self.begins_on or (min(first, self.ends_on) if self.ends_on else first)
        return begins_on, self.ends_on or max(last, begins_on - DAY)


@dataclass
class Source:
    terms: dict[str, tuple[date, date]]
    classes: dict[str, SourceClass]
    rows: dict[str, Row] = field(default_factory=dict)

    def copy(self) -> "Source":
        return deepcopy(self)

    def dates_of(self, class_: str) -> tuple[date, date]:
        """From the first day of the first of its terms to the last day of the last."""
        terms = [self.terms[term] for term in self.classes[class_].terms]
        return min(first for first, _ in terms), max(last for _, last in terms)

    def next_id(self) -> str:
        self.made = getattr(self, "made", 0) + 1
        return f"row-{self.made}"

    def files(self) -> Files:
        """The rows of the bundle's files."""
        teaching = [(f"t-{class_}", one.teacher, class_) for class_, one in self.classes.items()]
        return {
            "orgs": [
                {"sourcedId": "d1", "name": "District", "type": "district"},
                {"sourcedId": "s1", "name": "Pool", "type": "school", "parentSourcedId": "d1"},
            ],
            "academicSessions": [
                {
                    "sourcedId": id,
                    "title": id,
                    "type": "term",
                    "startDate": str(first),
                    "endDate": str(last),
                    "schoolYear": "2027",
                }
                for id, (first, last) in self.terms.items()
            ],
            "courses": [{"sourcedId": "c1", "title": "Swim", "orgSourcedId": "s1"}],
            "classes": [
                {
                    "sourcedId": id,
                    "title": one.title,
                    "courseSourcedId": "c1",
                    "classType": "scheduled",
                    "location": "Lane 1",
                    "schoolSourcedId": "s1",
                    "termSourcedIds": ",".join(one.terms),
                }
                for id, one in self.classes.items()
            ],
            "users": [user(name, "student", name, "Archer") for name in STUDENTS]
            + [user(name, "teacher", name, "Cher", email=f"{name}@example.com") for name in TEACHERS],
            "enrollments": [
                {
                    "sourcedId": id,
                    "userSourcedId": row.student,
                    "role": "student",
                    "classSourcedId": row.class_,
                    "schoolSourcedId": "s1",
                    "beginDate": _cell(row.begins_on),
                    "endDate": _cell(row.ends_on),
                }
                for id, row in self.rows.items()
            ]
            + [
                {
                    "sourcedId": id,
                    "userSourcedId": teacher,
                    "role": "teacher",
                    "classSourcedId": class_,
                    "schoolSourcedId": "s1",
                    "beginDate": "",
                    "endDate": "",
                }
                for id, teacher, class_ in teaching
            ],
            "schedule": [
                {
                    "classSourcedId": id,
                    "weekday": str(meeting.weekday),
                    "start": f"{meeting.start:%H:%M}",
                    "minutes": str(meeting.minutes),
                    "timeZone": "America/Chicago",
                }
                for id, one in self.classes.items()
                for meeting in one.meetings
            ],
        }


def _cell(day: date | None) -> str:
    return "" if day is None else str(day)
