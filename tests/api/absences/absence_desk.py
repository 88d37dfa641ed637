"""A family, an office and a class whose absences they tell beforehand, through the API."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World

ABSENCE = """
id state startsOn endsOn windowStarts windowEnds comment isExcused isLate isForAll source
student { firstName } requestedBy { __typename } decidedBy { id } decidedAt withdrawnBy { __typename } withdrawnAt
enrollments { id } occurrences { id date }
"""
SHEET = """
  revision openings changes { revision kind entries { student { firstName } } }
  roster { student { firstName } mark { status isDefaulted source } indicators { kind detail } }
"""
SUBMIT = mutation("submitAttendance")


@dataclass
class AbsenceDesk:
    """Ann, of Gail's family, and Ben are in a class on Mondays at 17:00 in Chicago with 2 places."""

    world: World
    office: Api
    family: Api
    lesson: Lesson
    ann: UUID
    ben: UUID
    enrollment: UUID
    gail: UUID

    @property
    def sheet_id(self) -> str:
        return self.sheet_on(MONDAY)

    def sheet_on(self, day: date) -> str:
        return self.lesson.sheet_id(day)

    def told(self, student_id: UUID | None = None, **given: Any) -> dict[str, Any]:
        return {"studentId": encode_id("Student", student_id or self.ann), "startsOn": f"{MONDAY}", **given}

    async def act(self, api: Api, name: str, **given: Any) -> dict[str, Any]:
        return await api.act(name, f"expectedAbsence {{ {ABSENCE} }}", **given)

    async def record(self, api: Api | None = None, **given: Any) -> dict[str, Any]:
        return await self.act(api or self.office, "recordExpectedAbsence", **self.told(**given))

    async def request(self, **given: Any) -> dict[str, Any]:
        return await self.act(self.family, "requestExpectedAbsence", **self.told(**given))

    async def settle(self, verb: str, absence_id: str, api: Api | None = None, **given: Any) -> dict[str, Any]:
        name = f"{verb}ExpectedAbsence"
        return await self.act(api or self.office, name, expectedAbsenceId=absence_id, **given)

    async def sheet(self, occurrence_id: str | None = None) -> dict[str, Any]:
        return await self.office.occurrence(occurrence_id or self.sheet_id, SHEET)

    async def expected(self, occurrence_id: str | None = None) -> dict[str, str | None]:
        """By first name, the detail of the indicator; without it no entry."""
        rows = (await self.sheet(occurrence_id))["roster"]
        return {
            row["student"]["firstName"]: each["detail"]
            for row in rows
            for each in row["indicators"]
            if each["kind"] == "EXPECTED_ABSENT"
        }


async def absence_desk(world: World, api: Api) -> AbsenceDesk:
    """On the Sunday before MONDAY, at the time that the API's clock had."""
    api.clock.now -= timedelta(days=2)
    lesson = await world.weekly_class(capacity=2)
    family_id = await world.family()
    ann = await world.student(first_name="Ann", family_id=family_id)
    ben = await world.student(first_name="Ben")
    enrollment = await world.enroll(ann, lesson.offering_id)
    await world.enroll(ben, lesson.offering_id)
    gail = await world.guardian(family_id)
    office = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    family = await api.signed_in(world, gail, Portal.CUSTOMER)
    return AbsenceDesk(world, office, family, lesson, ann, ben, enrollment, gail)
