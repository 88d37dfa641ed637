"""Makes families with their guardians and students, and the students' enrollments."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, NoteLevel, OfferingKind, PersonKind
from db import models
from demo import names
from demo.business import Business, Child, Course, Site
from demo.catalogue import Term

_FREE_PLACES = 3


def admit_families(business: Business, sizes: Sequence[int], password_hash: str) -> None:
    """Make one family for each size, at the sites in turn. Each student takes a free place that fits, as long as there
    are any. The others are on a waitlist, try a class, come for a day, or come in another session.
    """
    seats = {site.id: _seats(business, site) for site in business.sites}
    elsewhere = {site.id: _elsewhere(business, site) for site in business.sites}
    taken: set[str] = set()
    for number, size in enumerate(sizes):
        site = business.sites[number % len(business.sites)]
        family, guardian = _family(business, number, taken, password_hash)
        for index in range(size):
            course = seats[site.id].pop() if seats[site.id] else None
            child = _student(business, family, guardian, number=(number, index), site=site, course=course)
            if course:
                _enroll(business, child, course)
            else:
                next(elsewhere[site.id])(child)
    _give_second_classes(business)


def _seats(business: Business, site: Site) -> list[Course]:
    running = [course for course in business.courses if course.site is site and course.is_running]
    seats = [course for course in running for _ in range(course.capacity - _FREE_PLACES)]
    business.random.shuffle(seats)
    return seats


def _family(
    business: Business, number: int, taken: set[str], password_hash: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    random, rows = business.random, business.rows
    name = names.FAMILY_NAMES[number % len(names.FAMILY_NAMES)] if number % 3 else random.choice(names.FAMILY_NAMES)
    due = random.random()
    balance = random.randint(3, 40) * 5 if due < 0.12 else -random.randint(1, 8) * 5 if due < 0.15 else 0
    family = rows.add(
        models.Family,
        id=rows.id("family", number),
        name=name,
        email=None,
        phone=_phone(business, number),
        balance=Decimal(balance),
        source_id=None,
        deleted_at=None,
    )
    guardians = []
    for first_name in random.sample(names.ADULT_NAMES, 1 if random.random() < 0.4 else 2):
        email = _free_email(first_name, name, taken)
        guardians.append(
            rows.add(
                models.Person,
                id=rows.id("guardian", email),
                kind=PersonKind.GUARDIAN,
                first_name=first_name,
                last_name=name,
                email=email,
                password_hash=password_hash,
                family_id=family["id"],
                permissions=[],
                source_id=None,
                ended_at=None,
            )
        )
    family["email"] = guardians[0]["email"]
    for guardian in guardians[1:]:
        rows.add(models.GuardianPhone, person_id=guardian["id"], number=_second_phone(business, number))
    return family, guardians[0]


def _phone(business: Business, number: int) -> str:
    """Return a number that is reserved for fiction."""
    if business.sites[0].zone.key == "Europe/London":
        return f"+44 20 7946 0{100 + number % 900}"
    area = names.AREA_CODES[number // 100 % len(names.AREA_CODES)]
    return f"({area}) 555-01{number % 100:02}"


def _second_phone(business: Business, number: int) -> str:
    """Return another number that is reserved for fiction, for the family's second guardian."""
    if business.sites[0].zone.key == "Europe/London":
        return f"07700 900{number % 1000:03}"
    area = names.SECOND_AREA_CODES[number // 100 % len(names.SECOND_AREA_CODES)]
    return f"{area}.555.01{number % 100:02}"


def _free_email(first_name: str, last_name: str, taken: set[str]) -> str:
    base = f"{first_name}.{last_name}".lower()
    count = 1
    while (name := base if count == 1 else f"{base}{count}") in taken:
        count += 1
    taken.add(name)
    return f"{name}@example.com"


def _student(
    business: Business,
    family: dict[str, Any],
    guardian: dict[str, Any],
    *,
    number: tuple[int, int],
    site: Site,
    course: Course | None,
) -> Child:
    random, rows = business.random, business.rows
    youngest, oldest = course.ages if course else (4, 12)
    days = random.randint(youngest * 366, oldest * 365 + 300)
    row = rows.add(
        models.Student,
        id=rows.id("student", *number),
        family_id=family["id"],
        first_name=random.choice(names.CHILD_NAMES),
        last_name=family["name"],
        birth_on=None if random.random() < 0.02 else site.today - timedelta(days=days),
        gender=None,
        medical_alert=random.choice(names.MEDICAL_ALERTS) if random.random() < 0.07 else None,
        roll_sheet_comment=random.choice(names.COMMENTS) if random.random() < 0.04 else None,
        source_id=None,
        deleted_at=None,
    )
    child = Child(row, family, guardian, site)
    business.children[child.id] = child
    if random.random() < 0.06:
        add_note(business, child, random.choice(names.NOTES), is_closed=random.random() < 0.4)
    return child


def add_note(
    business: Business, child: Child, body: str, level: NoteLevel = NoteLevel.NORMAL, *, is_closed: bool = False
) -> None:
    written_at = business.now - timedelta(days=business.random.randint(2, 40))
    writer = next(iter(business.staff.values()))
    business.rows.add(
        models.StudentNote,
        id=business.rows.id("note", child.id, body, level),
        student_id=child.id,
        level=level,
        body=body,
        written_by_id=writer,
        written_at=written_at,
        closed_by_id=writer if is_closed else None,
        closed_at=written_at + timedelta(days=1) if is_closed else None,
    )


def _enroll(business: Business, child: Child, course: Course) -> None:
    """Enroll a student. Most came months ago, some within the eight weeks; a few have left or will leave."""
    random, today = business.random, child.site.today
    is_new = random.random() < 0.2
    starts_on = today - timedelta(days=random.randint(2, 50) if is_new else random.randint(60, 220))
    drop_on: date | None = None
    leaves = random.random()
    if leaves < 0.03 and not is_new:
        drop_on = today - timedelta(days=random.randint(5, 40))
    elif leaves < 0.05:
        drop_on = today + timedelta(days=random.randint(3, 25))
    business.enroll(child.id, course, starts_on, drop_on, end_cause=EnrollmentEnd.DROPPED if drop_on else None)


def _give_second_classes(business: Business) -> None:
    """Give every twelfth student a second class for the same ages, at most one for each free place."""
    for child in list(business.children.values())[::12]:
        mine = [course for course in business.courses for place in course.enrollments if place.student_id == child.id]
        fitting = [
            course
            for course in business.courses
            if mine
            and course.is_running
            and course not in mine
            and course.site is child.site
            and course.ages == mine[0].ages
            and len(course.enrollments) < course.capacity - 1
        ]
        if fitting:
            business.enroll(child.id, business.random.choice(fitting), child.site.today - timedelta(days=70))


def fill_dates(business: Business) -> None:
    """Fill camps and appointments with students of the site and the age. A camp's last student comes on its second day
    alone.
    """
    for course in business.courses:
        if course.kind is OfferingKind.CLASS:
            continue
        site, span = course.site, course.slots[0].span
        first, last = span.starts_on or site.today, span.ends_on or site.today
        youngest = site.today - timedelta(days=365 * course.ages[0])
        oldest = site.today - timedelta(days=365 * (course.ages[1] + 1))
        fitting = [
            child
            for child in business.children.values()
            if child.site is site and child.row["birth_on"] and oldest <= child.row["birth_on"] <= youngest
        ]
        chosen = business.random.sample(fitting, max(1, course.capacity - _FREE_PLACES))
        for child in chosen[: -1 if last > first else None]:
            business.enroll(child.id, course, first)
        if last > first:
            day = first + timedelta(days=1)
            business.enroll(chosen[-1].id, course, day, day, type=EnrollmentType.SINGLE_DAY)


def _elsewhere(business: Business, site: Site) -> Iterator[Any]:
    """Choose what students without a place do, in turn."""

    def of(term: Term) -> list[Course]:
        return [course for course in business.courses if course.site is site and course.term is term]

    def former(child: Child) -> None:
        course = business.random.choice(of(Term.ENDED))
        span = course.schedule.spans()[0]
        business.enroll(
            child.id,
            course,
            site.today - timedelta(days=120),
            span.ends_on,
            end_cause=EnrollmentEnd.SESSION_ENDED,
        )

    def coming(child: Child) -> None:
        business.enroll(child.id, business.random.choice(of(Term.UPCOMING)), site.today + timedelta(days=56))

    def waiting(child: Child) -> None:
        since = site.today - timedelta(days=9)
        business.enroll(child.id, business.random.choice(of(Term.SEASON)), since, type=EnrollmentType.WAITLIST)

    def once(child: Child) -> None:
        course = business.random.choice(of(Term.SEASON))
        first = site.today - timedelta(days=business.random.randint(-6, 30))
        meeting = next(business.meetings(course, first, first + timedelta(days=13)))
        kind = business.random.choice((EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY))
        timeslot_id = meeting.slot.id if kind is EnrollmentType.SINGLE_DAY else None
        business.enroll(child.id, course, meeting.held_on, meeting.held_on, type=kind, timeslot_id=timeslot_id)

    turns = [turn for turn, term in ((former, Term.ENDED), (coming, Term.UPCOMING)) if of(term)]
    turns += [waiting, once] if of(Term.SEASON) else []
    return cycle(turns)
