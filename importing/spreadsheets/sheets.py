"""The files of our own plain columns, and what each column is in the database (R13.8)."""

from decimal import Decimal

from attendance.rules.vocabulary import BlackoutScope, EnrollmentEnd, EnrollmentType, OfferingKind, Permission
from importing.columns import Content
from importing.spreadsheets.fields import Field, Sheet, date_field, text_field

# Makeups and single days have one date. An import adds them and does not change them afterwards.
ONE_DAY = (EnrollmentType.MAKEUP, EnrollmentType.SINGLE_DAY)


def _names_of_a_person(*, of_staff: bool = False) -> tuple[Field, ...]:
    """Return the names. An owner that `found` has made may have no last name."""
    last_name = Field("last_name", "last_name", "last name", "Archer", required=not of_staff, empty="")
    return (text_field("first_name", "first name", "Ann", required=True), last_name)


_ACTIVE = Field("active", "", "false ends the person's access", "true", Content.FLAG, empty=True)
_EMAIL = Field("email", "email", "e-mail address, with which the person can be invited", content=Content.EMAIL)
_SPAN = (
    date_field("starts_on", "first date, inclusive"),
    date_field("ends_on", "last date, inclusive; empty: no end"),
)

LOCATIONS = Sheet(
    "locations",
    "location",
    "locations",
    (
        text_field("name", "name of the site", "North", required=True),
        Field("time_zone", "time_zone", "IANA time zone", "America/Chicago", Content.ZONE, required=True),
    ),
    matches="name",
)
# closures.csv holds two kinds of rows: calendars, and the dates that they close.
CALENDARS = Sheet(
    "calendars",
    "blackout_schedule",
    "closure calendars",
    (text_field("name", "name of the calendar", required=True),),
    ends="",
    matches="name",
)
CLOSURES = Sheet(
    "closures",
    "blackout_date",
    "closures",
    (
        Field(
            "calendar",
            "blackout_schedule_id",
            "key of the closure calendar, which programs name",
            "holidays",
            required=True,
            refers_to="calendars",
        ),
        text_field("calendar_name", "name of the calendar; by default its key", "Holidays", column=""),
        date_field("starts_on", "first closed date; empty: the row only names the calendar", "2026-12-24"),
        date_field("ends_on", "last closed date; by default the first one", "2027-01-02"),
        Field(
            "scope",
            "scope",
            "ATTENDANCE (classes are closed), BOTH (classes and appointments) or BILLING (neither)",
            "BOTH",
            one_of=frozenset(BlackoutScope),
            empty=BlackoutScope.BOTH.value,
        ),
        text_field("label", "what the families read", "Winter break"),
    ),
    title=("label",),
    ends="",
    id_is_optional=True,
    made_of=("calendar", "starts_on", "scope"),
)
PROGRAMS = Sheet(
    "programs",
    "program",
    "programs",
    (
        text_field("name", "name of the program", "Swimming", required=True),
        Field("calendar", "blackout_schedule_id", "its closure calendar", "holidays", refers_to="calendars"),
    ),
)
SESSIONS = Sheet(
    "sessions",
    "session",
    "sessions",
    (
        text_field("name", "name of the term", "Autumn 2026", required=True),
        date_field("starts_on", "first date", "2026-09-01", required=True),
        date_field("ends_on", "last date; empty: a rolling session without end", "2026-12-18"),
    ),
)
STAFF = Sheet(
    "staff",
    "person",
    "staff",
    (
        *_names_of_a_person(of_staff=True),
        _EMAIL,
        Field(
            "permissions",
            "permissions",
            "permissions of new staff, separated by commas; an owner changes those of known staff",
            "STAFF_ATTENDANCE_FULL",
            Content.LIST,
            one_of=frozenset(Permission),
            empty=(),
            is_once=True,
        ),
        _ACTIVE,
    ),
    title=("first_name", "last_name"),
    ends="ended_at",
    matches="email",
    fixed={"kind": "STAFF"},
)
CLASSES = Sheet(
    "classes",
    "offering",
    "classes",
    (
        text_field("name", "name of the class, camp or appointment", "Swim 1", required=True),
        Field(
            "kind",
            "kind",
            "CLASS (meets weekly), CAMP (meets on every date of a range) or APPOINTMENT (meets on one date)",
            "CLASS",
            one_of=frozenset(OfferingKind),
            empty=OfferingKind.CLASS.value,
            is_once=True,
        ),
        Field("location", "location_id", "where it is held", "north", required=True, refers_to="locations"),
        Field("program", "program_id", "its program", "swimming", refers_to="programs"),
        Field("sessions", "", "its sessions, separated by commas", "autumn", Content.LIST, refers_to="sessions"),
        Field("instructors", "", "who teaches it, separated by commas", "tea", Content.LIST, refers_to="staff"),
        Field("capacity", "capacity", "number of places; empty: no limit", "8", Content.COUNT),
        Field("min_age_months", "min_age_months", "youngest age in months", "60", Content.COUNT),
        Field("max_age_months", "max_age_months", "oldest age in months", "84", Content.COUNT),
        text_field("gender", "for students of this gender alone"),
        *_SPAN,
        text_field("room", "room of its timeslots that give none", "Pool 1", column=""),
    ),
)
TIMESLOTS = Sheet(
    "timeslots",
    "timeslot",
    "timeslots",
    (
        Field("class", "offering_id", "the class, camp or appointment", "swim-1", required=True, refers_to="classes"),
        Field("weekday", "weekday", "of a class: 1 (Monday) to 7, or the day's name", "Monday", Content.WEEKDAY),
        date_field("starts_on", "first date; required for a camp and an appointment"),
        date_field("ends_on", "last date; an appointment has one date"),
        Field("start_time", "start_time", "local time", "16:30", Content.TIME, required=True),
        Field("minutes", "duration_minutes", "length, 1 to 1440", "45", Content.COUNT, required=True),
        text_field("room", "room; by default that of the class", "Pool 1"),
    ),
    title=("class",),
    id_is_optional=True,
    made_of=("class", "weekday", "starts_on", "start_time"),
)
FAMILIES = Sheet(
    "families",
    "family",
    "families",
    (
        text_field("name", "name of the family", "Archer", required=True),
        Field("email", "email", "e-mail address for messages and statements", "archers@example.com", Content.EMAIL),
        text_field("phone", "phone number, which identifies the family at a kiosk", "+1 512 555 0100"),
        Field(
            "balance", "balance", "what the family owes; negative: a credit", "120.50", Content.AMOUNT, empty=Decimal(0)
        ),
    ),
)
_FAMILY = Field("family", "family_id", "the family", "archer", required=True, refers_to="families")
GUARDIANS = Sheet(
    "guardians",
    "person",
    "guardians",
    (
        _FAMILY,
        *_names_of_a_person(),
        _EMAIL,
        Field("phones", "", "phone numbers, separated by commas", "+1 512 555 0101", Content.LIST),
        _ACTIVE,
    ),
    title=("first_name", "last_name"),
    ends="ended_at",
    fixed={"kind": "GUARDIAN"},
)
STUDENTS = Sheet(
    "students",
    "student",
    "students",
    (
        _FAMILY,
        *_names_of_a_person(),
        date_field("birth_on", "date of birth", "2019-05-04"),
        text_field("gender", "gender, in your own words", "FEMALE"),
        Field("medical_alert", "medical_alert", "medical text for staff who may see it", content=Content.LINES),
        Field("roll_sheet_comment", "roll_sheet_comment", "comment on roll sheets", content=Content.LINES),
    ),
    title=("first_name", "last_name"),
)
ENROLLMENTS = Sheet(
    "enrollments",
    "enrollment",
    "enrollments",
    (
        Field("student", "student_id", "the student", "ann", required=True, refers_to="students"),
        Field("class", "offering_id", "the class, camp or appointment", "swim-1", required=True, refers_to="classes"),
        Field(
            "type",
            "type",
            "ACTIVE, TRIAL, WAITLIST, SINGLE_DAY or MAKEUP (both on one date)",
            "ACTIVE",
            one_of=frozenset(EnrollmentType),
            empty=EnrollmentType.ACTIVE.value,
        ),
        Field("timeslot", "timeslot_id", "one timeslot alone; empty: all of the class", refers_to="timeslots"),
        date_field("starts_on", "first date; empty: the first day of a new class, or today", "2026-09-07"),
        date_field("ends_on", "last date; empty: no end", column="drop_on"),
        Field(
            "end_cause",
            "end_cause",
            "DROPPED, TRANSFERRED or SESSION_ENDED; empty: as planned, and DROPPED when a known enrollment gets an end",
            one_of=frozenset(EnrollmentEnd),
        ),
        Field(
            "joined_at",
            "created_at",
            "instant of joining, which orders a waitlist; empty: now",
            content=Content.INSTANT,
            is_once=True,
        ),
    ),
    title=("student", "class"),
    id_is_optional=True,
    made_of=("student", "class", "type", "timeslot"),
)

SHEETS = (
    *(LOCATIONS, CALENDARS, CLOSURES, PROGRAMS, SESSIONS, STAFF, CLASSES, TIMESLOTS),
    *(FAMILIES, GUARDIANS, STUDENTS, ENROLLMENTS),
)
"""The sheets, in an order in which rows refer only to earlier sheets."""
FILES = {sheet.file: sheet for sheet in SHEETS if sheet is not CALENDARS}
BY_FILE = {sheet.file: sheet for sheet in SHEETS}
