"""Makes locations, programs with their closures, sessions, and all offerings."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.recordability import closing_scopes
from attendance.rules.calendar.timeslots import DateSpan, Schedule, Timeslot, local_date
from attendance.rules.vocabulary import BlackoutScope, OfferingKind
from db import models
from demo.business import Business, Course, Site
from demo.catalogue import CLOSURES, CLOSURES_OF, ClassPlan, DatedPlan, Term

_ROOMS = {
    "Swim": ("Lane 1-2", "Lane 3-4", "Teaching pool"),
    "Gymnastics": ("Main floor", "Hall B"),
    "Dance": ("Studio",),
}
_SESSION_ENDED, _SESSION, _SESSION_UPCOMING, _MEMBERSHIP = "ended", "current", "upcoming", "rolling"
_SESSIONS_OF = {
    Term.SEASON: (_SESSION_ENDED, _SESSION),
    Term.ROLLING: (_MEMBERSHIP,),
    Term.ENDED: (_SESSION_ENDED,),
    Term.UPCOMING: (_SESSION_UPCOMING,),
}


def open_sites(business: Business, sites: Sequence[tuple[str, str]]) -> None:
    """Make the locations, each with a kiosk."""
    for name, time_zone in sites:
        zone = ZoneInfo(time_zone)
        site = Site(business.rows.id("location", name), zone, local_date(business.now, zone))
        business.sites.append(site)
        business.rows.add(models.Location, id=site.id, name=name, time_zone=time_zone, source_id=None, deleted_at=None)


def open_programs(business: Business, names: Sequence[str]) -> None:
    schedules = dict.fromkeys(CLOSURES_OF[name] for name in names if name in CLOSURES_OF)
    for schedule in schedules:
        business.rows.add(models.BlackoutSchedule, id=business.rows.id("closures", schedule), name=schedule)
    for number, (schedule, first, last, scope, label) in enumerate(CLOSURES):
        if schedule in schedules:
            today = business.sites[0].today
            business.rows.add(
                models.BlackoutDate,
                id=business.rows.id("closed", number),
                blackout_schedule_id=business.rows.id("closures", schedule),
                starts_on=today + timedelta(days=first),
                ends_on=today + timedelta(days=last),
                scope=BlackoutScope(scope),
                label=label,
            )
    for name in names:
        closures = CLOSURES_OF.get(name)
        business.rows.add(
            models.Program,
            id=business.rows.id("program", name),
            name=name,
            blackout_schedule_id=business.rows.id("closures", closures) if closures else None,
            deleted_at=None,
        )


def open_sessions(business: Business) -> None:
    today = business.sites[0].today
    for key, name, first, last in (
        (_SESSION_ENDED, "Last session", -140, -36),
        (_SESSION, "This session", -35, 55),
        (_SESSION_UPCOMING, "Next session", 56, 146),
        (_MEMBERSHIP, "Monthly membership", -400, None),
    ):
        business.rows.add(
            models.Session,
            id=business.rows.id("session", key),
            name=name,
            starts_on=today + timedelta(days=first),
            ends_on=None if last is None else today + timedelta(days=last),
            source_id=None,
            deleted_at=None,
        )


def offer_class(business: Business, plan: ClassPlan) -> Course:
    site, rows = business.sites[plan.site], business.rows
    offering_id = rows.id("offering", site.id, plan.name)
    sessions = [rows.id("session", key) for key in _SESSIONS_OF[plan.term]]
    spans = {row["id"]: DateSpan(row["starts_on"], row["ends_on"]) for row in rows.of(models.Session)}
    slots = tuple(
        Timeslot(rows.id("timeslot", offering_id, day), _start(business, site, plan.time), plan.minutes, day)
        for day in plan.days or (site.today.isoweekday(),)
    )
    schedule = Schedule(sessions=tuple(spans[session] for session in sessions))
    course = _offer(business, plan, offering_id, kind=OfferingKind.CLASS, slots=slots, schedule=schedule)
    course.term, course.part = plan.term, plan.part
    for session in sessions:
        rows.add(models.OfferingSession, offering_id=offering_id, session_id=session)
    return course


def offer_dates(business: Business, kind: OfferingKind, plan: DatedPlan) -> Course:
    site, rows = business.sites[plan.site], business.rows
    offering_id = rows.id("offering", site.id, plan.name, plan.first, plan.time)
    first = site.today + timedelta(days=plan.first)
    span = DateSpan(first, first + timedelta(days=plan.days - 1))
    slot = Timeslot(
        rows.id("timeslot", offering_id), _start(business, site, plan.time), plan.minutes, weekday=None, span=span
    )
    return _offer(business, plan, offering_id, kind=kind, slots=(slot,), schedule=Schedule())


def _offer(
    business: Business,
    plan: ClassPlan | DatedPlan,
    offering_id: UUID,
    *,
    kind: OfferingKind,
    slots: tuple[Timeslot, ...],
    schedule: Schedule,
) -> Course:
    site, rows = business.sites[plan.site], business.rows
    course = Course(
        id=offering_id,
        kind=kind,
        name=plan.name,
        site=site,
        program=plan.program,
        program_id=rows.id("program", plan.program),
        slots=slots,
        schedule=schedule,
        closed_on=_closed_on(business, kind, plan.program),
        capacity=plan.capacity,
        ages=plan.ages,
    )
    business.courses.append(course)
    rows.add(
        models.Offering,
        id=offering_id,
        kind=kind,
        name=plan.name,
        location_id=site.id,
        program_id=course.program_id,
        capacity=plan.capacity,
        starts_on=None,
        ends_on=None,
        min_age_months=plan.ages[0] * 12,
        max_age_months=plan.ages[1] * 12 + 11,
        gender=None,
        source_id=None,
        deleted_at=None,
    )
    for slot in slots:
        rows.add(
            models.Timeslot,
            id=slot.id,
            offering_id=offering_id,
            weekday=slot.weekday,
            starts_on=slot.span.starts_on,
            ends_on=slot.span.ends_on,
            start_time=slot.start_time,
            duration_minutes=slot.duration_minutes,
            room=business.random.choice(_ROOMS[plan.program]),
            deleted_at=None,
        )
    return course


def _start(business: Business, site: Site, when: str | int) -> time:
    """Return a wall time, or elapsed minutes from now in steps of five that stay within the local day."""
    if isinstance(when, str):
        return time.fromisoformat(when)
    now = business.now
    minute = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    local = (minute + timedelta(minutes=when)).astimezone(site.zone)
    if local.date() != site.today:
        return time(0) if local.date() < site.today else time(23, 55)
    return local.time()


def _closed_on(business: Business, kind: OfferingKind, program: str) -> frozenset[date]:
    schedule = business.rows.id("closures", CLOSURES_OF.get(program))
    return frozenset(
        chain.from_iterable(
            (row["starts_on"] + timedelta(days=day) for day in range((row["ends_on"] - row["starts_on"]).days + 1))
            for row in business.rows.of(models.BlackoutDate)
            if row["blackout_schedule_id"] == schedule and row["scope"] in closing_scopes(kind)
        )
    )
