"""An organization with a little of everything that the audit checks, and all of it right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import EnrollmentType, MakeupRequestState, MakeupTokenOrigin, Source
from db import models
from db.ids import new_id
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, Lesson, World, new_world

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)
RUN_AT = datetime(2026, 11, 17, 0, 15, tzinfo=UTC)


@dataclass
class School:
    """Ann and Ben are in the Monday class. On MONDAY Ann was absent and has a token, and Ben was present. A week later
    Ben has a makeup by a token by hand, for which his family had asked. TUESDAY's class was cancelled.
    """

    world: World
    monday: Lesson
    tuesday: Lesson
    office: UUID
    ann: UUID
    ben: UUID
    ann_place: UUID
    ben_place: UUID

    def __post_init__(self) -> None:
        self.token = self.given = self.makeup = self.request = self.task = self.offer = UUID(int=0)
        self.entries: dict[str, UUID] = {}

    @property
    def sheet(self) -> dict[str, Any]:
        return {"timeslot_id": self.monday.timeslot_id, "held_on": MONDAY}

    @property
    def cancelled(self) -> dict[str, Any]:
        return {"timeslot_id": self.tuesday.timeslot_id, "held_on": TUESDAY}

    async def change(self, revision: int, kind: str, of: dict[str, Any] | None = None) -> None:
        row = (of or self.sheet) | {"revision": revision, "kind": kind, "source": Source.OFFICE}
        await self.world.add(models.Change, **row, changed_at=LONG_AGO)

    async def changed(self, revision: int, student: UUID, before: str | None, after: str | None) -> None:
        row = self.sheet | {"revision": revision, "student_id": student, "left_roster": False}
        for name, status in (("before", before), ("after", after)):
            row |= {f"{name}_status": status, f"{name}_is_defaulted": None if status is None else False}
        await self.world.add(models.ChangedEntry, **row, after_source=Source.OFFICE)

    async def enter(self, token: UUID | None, student: UUID, act: str, **values: Any) -> UUID:
        """An entry of the ledger."""
        id = self.entries[act] = await self.world.add(
            models.MakeupTokenEntry, makeup_token_id=token, student_id=student, act=act, source=Source.OFFICE,
            **{"entered_at": LONG_AGO, "facts": {}} | values,
        )  # fmt: skip
        return id

    async def mail(self, reason: str, state: str = "KEPT", **values: Any) -> UUID:
        given = {"recipient": "b@example.org", "template": "t", "facts": {}, "due_at": LONG_AGO, **values}
        return await self.world.add(models.Email, reason=reason, state=state, created_at=LONG_AGO, **given)


async def sound_school(owner: Any) -> School:
    world = await new_world(owner)
    monday = await world.weekly_class(holds_from=date(2026, 6, 1))
    tuesday = await world.weekly_class(weekday=2, name="Swim 2")
    ann, ben = await world.student(first_name="Ann"), await world.student(first_name="Ben")
    places = [await world.enroll(each, monday.offering_id) for each in (ann, ben)]
    school = School(world, monday, tuesday, await world.staff(), ann, ben, *places)
    await _marks(school)
    await _tokens(school)
    await _makeup(school)
    await _cancellation(school)
    await _around(school)
    return school


async def _marks(school: School) -> None:
    world = school.world
    await world.occurrence(school.monday.timeslot_id, revision=3)
    for revision, kind in enumerate(("MARKS", "MARKS", "TOKENS"), start=1):
        await school.change(revision, kind)
    await school.changed(1, school.ann, None, "PRESENT")
    await school.changed(1, school.ben, None, "PRESENT")
    await school.changed(2, school.ann, "PRESENT", "ABSENT")
    for student, status, revision, place in (
        (school.ann, "ABSENT", 2, school.ann_place),
        (school.ben, "PRESENT", 1, school.ben_place),
    ):
        await world.mark(student, school.monday.timeslot_id, status=status, revision=revision, enrollment_id=place)  # type: ignore[arg-type]


async def _tokens(school: School) -> None:
    """Ann's was issued, revoked and reinstated, the last by the run after the class."""
    world = school.world
    school.token = await world.makeup_token(
        school.ann, origin=MakeupTokenOrigin.ABSENCE, enrollment_id=school.ann_place, **school.sheet
    )
    for act in ("ISSUED", "REVOKED"):
        await school.enter(school.token, school.ann, act, **school.sheet)
    await school.enter(
        school.token, school.ann, "REINSTATED", **school.sheet, entered_at=RUN_AT, facts={"phase": "AFTER_CLASS"}
    )
    run = {"due_at": RUN_AT, "armed_at": LONG_AGO}
    await world.add(models.TokenRun, **school.sheet, **run, phase="AFTER_CLASS", state="DONE", done_at=RUN_AT, issued=1)
    school.given = await world.makeup_token(school.ben)
    await school.enter(school.given, school.ben, "ISSUED")


async def _makeup(school: School) -> None:
    world = school.world
    next_week: dict[str, Any] = {"timeslot_id": school.monday.timeslot_id, "held_on": NEXT_MONDAY}
    school.makeup = await world.makeup(school.ben, school.monday, NEXT_MONDAY, token_id=school.given)
    school.request = await world.makeup_request(
        school.given, school.ben, **next_week, state=MakeupRequestState.APPROVED, decided_at=LONG_AGO,
        makeup_enrollment_id=school.makeup,
    )  # fmt: skip
    await school.enter(school.given, school.ben, "REQUESTED", facts={"request_id": str(school.request)})
    await school.enter(school.given, school.ben, "REDEEMED", facts={"enrollment_id": str(school.makeup)})


async def _cancellation(school: School) -> None:
    """By a task, of which one item was refused."""
    world = school.world
    await world.occurrence(school.tuesday.timeslot_id, TUESDAY, revision=1, cancelled_at=LONG_AGO)
    await school.change(1, "CANCELLED", school.cancelled)
    school.task = await world.add(
        models.BackgroundTask, kind="CANCEL_OCCURRENCES", state="CANCELLED", input={}, total=3, done=2, exceptions=1,
        source=Source.OFFICE, created_at=LONG_AGO, ended_at=LONG_AGO,
    )  # fmt: skip
    key = {"timeslot_id": str(school.tuesday.timeslot_id), "held_on": str(TUESDAY)}
    for position, state in enumerate(("DONE", "EXCEPTION", "SKIPPED"), start=1):
        await world.add(
            models.BackgroundTaskItem, background_task_id=school.task, position=position, state=state, title="Swim 2",
            input=key, done_at=None if state == "SKIPPED" else LONG_AGO,
        )  # fmt: skip
    await world.add(
        models.BackgroundTaskException, background_task_id=school.task, position=2, number=1, message="It was refused."
    )
    reason = f"cancelled/{school.tuesday.timeslot_id}/{TUESDAY}/1/{new_id()}"
    await school.mail(reason, "WITHDRAWN", is_withheld=True, background_task_id=school.task)


async def _around(school: School) -> None:
    """Mail, settings, an answer that is kept, absences, an offer of a place, and what held before."""
    world = school.world
    wait = await world.enroll(school.ben, school.tuesday.offering_id, type=EnrollmentType.WAITLIST)
    school.offer = await world.place_offer(wait)
    family = await world.family()
    await school.mail(f"token/{school.given}/issued", "SENT", sent_at=LONG_AGO, attempts=1)
    await school.mail(f"statement/{new_id()}/{family}", family_id=family)
    await school.mail(f"consecutive-absences/{school.ann}/{school.monday.offering_id}/start")
    await world.add(
        models.SettingsChange, changed_at=LONG_AGO, before={"currency": "EUR"}, after={"currency": "USD"}
    )  # fmt: skip
    for before, after in ((3, 5), (5, 3)):
        await world.add(
            models.SettingsChange, changed_at=LONG_AGO, before={"birthday_window_days": before},
            after={"birthday_window_days": after},
        )  # fmt: skip
    await world.add(
        models.IdempotencyKey,
        caller_id=school.office,
        key="k",
        mutation="m",
        fingerprint="f",
        answer={},
        used_at=LONG_AGO,
    )
    await world.expected_absence(school.ann, starts_on=NEXT_MONDAY, enrollments=[school.ann_place])
    away = await world.add(
        models.StaffAbsence, person_id=school.office, starts_on=MONDAY, ends_on=TUESDAY, recorded_at=LONG_AGO
    )
    await world.add(models.Substitution, **school.sheet, absent_person_id=school.office, staff_absence_id=away)
    slot: dict[str, Any] = {"weekday": 3, "start_time": time(17), "duration_minutes": 45}
    later = await world.timeslot(school.monday.offering_id, **slot, starts_on=date(2026, 6, 1))
    former = {"timeslot_id": later, "offering_id": school.monday.offering_id, "ends_on": date(2026, 5, 31)}
    await world.add(models.FormerTimeslot, **former, **slot)
    for starts_on, ends_on in ((None, date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 5, 31))):
        await world.add(
            models.FormerOffering, offering_id=school.monday.offering_id, starts_on=starts_on, ends_on=ends_on,
            location_id=world.location_id, time_zone="America/Chicago",
        )  # fmt: skip
    source = await world.enroll(school.ben, school.tuesday.offering_id, drop_on=JANUARY)
    await world.enroll(
        school.ben, school.monday.offering_id, type=EnrollmentType.WAITLIST, transferred_from_id=source,
        timeslot_id=school.monday.timeslot_id,
    )  # fmt: skip
    tables = ("student", "family", "offering")
    for table in tables:
        await world.owner.exec_driver_sql(
            f"UPDATE {table} SET sort_key = 'k', search_key = 'k' WHERE organization_id = '{world.organization_id}'"
        )
