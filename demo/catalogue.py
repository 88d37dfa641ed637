"""What the demo business offers, as data. Times are local, days are ISO weekdays, ages are whole years."""

from dataclasses import dataclass
from enum import StrEnum


class Term(StrEnum):
    """The sessions to which a class is attached."""

    SEASON = "the session that ended and the current one"
    ROLLING = "the rolling session"
    ENDED = "the session that ended, alone"
    UPCOMING = "the session to come, alone"


class Part(StrEnum):
    """The role of today's occurrence in the demo. Most ORDINARY ones are taken after the class."""

    ORDINARY = "ordinary"
    KIOSK = "families check in at the kiosk"
    JUST_ENDED = "taken by staff in check-in mode; its first token run is due within minutes"
    TAKEN_BY_OFFICE = "taken by the office: tokens at once"
    ROLL_SHEET = "running now, nothing taken, every indicator"
    IN_PROGRESS = "running now, half of it taken"
    LATER = "later today"


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class. `time` is "16:00", or minutes from now; then the class meets on the weekday on which the demo is
    loaded.
    """

    site: int
    program: str
    name: str
    days: tuple[int, ...]
    time: str | int
    minutes: int
    capacity: int
    ages: tuple[int, int]
    term: Term = Term.SEASON
    part: Part = Part.ORDINARY


@dataclass(frozen=True, slots=True)
class DatedPlan:
    """A camp (several days) or an appointment (one), from `first` days after today on. `time` is "09:00" or minutes
    from now.
    """

    site: int
    program: str
    name: str
    first: int
    days: int
    time: str | int
    minutes: int
    capacity: int
    ages: tuple[int, int]


SITES = (("Copper Lake Lakeshore", "America/Chicago"), ("Copper Lake Foothills", "America/Denver"))
SWIM, GYM, DANCE = "Swim", "Gymnastics", "Dance"
PROGRAMS = (SWIM, GYM, DANCE)
MON, TUE, WED, THU, FRI, SAT, SUN = range(1, 8)
_ROLLING, _ENDED, _UPCOMING = Term.ROLLING, Term.ENDED, Term.UPCOMING

CLASSES = (
    ClassPlan(0, SWIM, "Water Babies", (MON,), "09:30", 30, 14, (1, 2), _ROLLING),
    ClassPlan(0, SWIM, "Minnows", (MON, WED), "16:00", 30, 18, (3, 5)),
    ClassPlan(0, SWIM, "Seahorses", (TUE, THU), "16:00", 45, 18, (5, 7)),
    ClassPlan(0, SWIM, "Dolphins", (TUE, THU), "17:00", 45, 20, (7, 10)),
    ClassPlan(0, SWIM, "Sharks", (MON, FRI), "17:15", 60, 20, (10, 14), _ROLLING),
    ClassPlan(0, SWIM, "Weekend Minnows", (SAT,), "09:00", 30, 18, (3, 5), part=Part.KIOSK),
    ClassPlan(0, SWIM, "Weekend Dolphins", (SUN,), "10:00", 45, 20, (7, 10)),
    ClassPlan(0, GYM, "Tumble Tots", (WED,), "10:00", 45, 16, (2, 3), _ROLLING),
    ClassPlan(0, GYM, "Beginner Gymnastics", (TUE, FRI), "15:45", 60, 18, (5, 8)),
    ClassPlan(0, GYM, "Bars and Beam", (WED,), "18:00", 75, 16, (8, 12)),
    ClassPlan(0, GYM, "Weekend Gymnastics", (SAT, SUN), "11:00", 60, 20, (5, 9)),
    ClassPlan(0, DANCE, "Creative Movement", (THU,), "15:30", 45, 16, (3, 5)),
    ClassPlan(0, DANCE, "Jazz and Tap", (FRI,), "18:30", 60, 18, (8, 13), _ROLLING),
    ClassPlan(0, DANCE, "Sunday Hip Hop", (SUN,), "14:00", 60, 20, (9, 15), _ROLLING),
    ClassPlan(0, GYM, "Ninja Circuit", (), -75, 50, 16, (7, 12), _ROLLING, Part.JUST_ENDED),
    ClassPlan(0, GYM, "Open Gym", (), -10, 60, 30, (6, 12), _ROLLING, Part.ROLL_SHEET),
    ClassPlan(0, SWIM, "Stroke Clinic", (), 45, 45, 16, (8, 13), _ROLLING, Part.LATER),
    ClassPlan(1, SWIM, "Water Babies", (TUE,), "09:30", 30, 14, (1, 2), _ROLLING),
    ClassPlan(1, SWIM, "Minnows", (TUE, THU), "16:00", 30, 18, (3, 5)),
    ClassPlan(1, SWIM, "Seahorses", (MON, WED), "16:30", 45, 18, (5, 7)),
    ClassPlan(1, SWIM, "Dolphins", (MON, WED), "17:30", 45, 20, (7, 10)),
    ClassPlan(1, SWIM, "Sharks", (TUE, FRI), "18:00", 60, 20, (10, 14), _ROLLING),
    ClassPlan(1, SWIM, "Weekend Minnows", (SAT,), "08:30", 30, 18, (3, 5), part=Part.KIOSK),
    ClassPlan(1, SWIM, "Weekend Seahorses", (SUN,), "09:30", 45, 18, (5, 7)),
    ClassPlan(1, GYM, "Tumble Tots", (FRI,), "10:00", 45, 16, (2, 3), _ROLLING),
    ClassPlan(1, GYM, "Beginner Gymnastics", (MON, THU), "16:00", 60, 18, (5, 8)),
    ClassPlan(1, GYM, "Bars and Beam", (SAT,), "12:00", 75, 16, (8, 12)),
    ClassPlan(1, GYM, "Weekend Gymnastics", (SUN,), "11:30", 60, 20, (5, 9)),
    ClassPlan(1, DANCE, "Ballet One", (WED,), "15:30", 45, 16, (5, 8)),
    ClassPlan(1, DANCE, "Jazz and Tap", (THU,), "18:00", 60, 18, (8, 13), _ROLLING),
    ClassPlan(1, DANCE, "Sunday Hip Hop", (SUN,), "15:00", 60, 20, (9, 15), _ROLLING),
    ClassPlan(1, GYM, "Trampoline", (), -95, 60, 16, (7, 12), _ROLLING, Part.TAKEN_BY_OFFICE),
    ClassPlan(1, GYM, "Parkour", (), -20, 60, 18, (8, 14), _ROLLING, Part.IN_PROGRESS),
    ClassPlan(1, SWIM, "Diving Basics", (), 60, 45, 14, (9, 14), _ROLLING, Part.LATER),
    ClassPlan(0, SWIM, "Outdoor Sharks", (TUE,), "18:30", 60, 12, (10, 14), _ENDED),
    ClassPlan(0, DANCE, "Park Ballet", (SAT,), "10:00", 45, 12, (5, 8), _ENDED),
    ClassPlan(1, SWIM, "Outdoor Dolphins", (FRI,), "17:00", 45, 12, (7, 10), _ENDED),
    ClassPlan(0, GYM, "Pre-Team Gymnastics", (MON, THU), "18:30", 90, 12, (8, 12), _UPCOMING),
    ClassPlan(1, DANCE, "Ballet Two", (WED,), "16:30", 60, 12, (8, 12), _UPCOMING),
    ClassPlan(1, GYM, "Cheer", (FRI,), "16:00", 60, 12, (9, 14), _UPCOMING),
)

CAMPS = (
    DatedPlan(0, SWIM, "Splash Camp", -2, 5, "09:00", 180, 16, (6, 10)),
    DatedPlan(1, GYM, "Circus Camp", -20, 5, "09:00", 240, 14, (7, 12)),
    DatedPlan(0, DANCE, "Musical Camp", -34, 4, "13:00", 180, 12, (8, 13)),
    DatedPlan(1, SWIM, "Swim Safety Camp", 12, 3, "10:00", 120, 16, (5, 9)),
)

APPOINTMENTS = (
    DatedPlan(0, SWIM, "Private swim lesson", -15, 1, "13:00", 30, 1, (6, 10)),
    DatedPlan(0, SWIM, "Private swim lesson", 0, 1, -40, 30, 1, (6, 10)),
    DatedPlan(0, SWIM, "Private swim lesson", 0, 1, 30, 30, 1, (6, 10)),
    DatedPlan(1, GYM, "Skills assessment", -4, 1, "14:30", 45, 2, (7, 12)),
    DatedPlan(1, GYM, "Skills assessment", 0, 1, 90, 45, 2, (7, 12)),
    DatedPlan(0, DANCE, "Birthday party walk-through", 3, 1, "17:00", 30, 1, (6, 10)),
)

# Program, days from today to the first and to the last closed date, scope, label. None: both pools and halls.
CLOSURES = (
    ("Pools", -10, -10, "ATTENDANCE", "Water quality check"),
    ("Pools", 0, 0, "BILLING", "No late fees today"),
    ("Pools", 6, 7, "BOTH", "Pool maintenance"),
    ("Halls", -24, -23, "BOTH", "New floor"),
    ("Halls", 9, 9, "ATTENDANCE", "Regional meet"),
)
CLOSURES_OF = {SWIM: "Pools", GYM: "Halls"}

SMALL_SITES = (("Thameside Hall", "Europe/London"),)
SMALL_CLASSES = (
    ClassPlan(0, GYM, "Little Tumblers", (MON, THU), "16:00", 45, 12, (3, 5), _ROLLING),
    ClassPlan(0, GYM, "Tumblers", (WED, SAT), "10:00", 60, 12, (6, 9), _ROLLING),
    ClassPlan(0, GYM, "Afternoon Tumblers", (), -15, 60, 12, (7, 12), _ROLLING),
)
