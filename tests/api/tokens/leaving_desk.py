"""A student who enrolls, drops and holds makeup tokens, through the API; the clock moves by days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World

DROP = mutation("dropEnrollment")
ENROLL = mutation("enrollStudent", "enrollment { id }")
TRANSFER = mutation("transferEnrollment", "enrollment { id }")
TOKEN = "id state issuedOn expiresOn lapsesOn missedOccurrence { date }"


@dataclass
class LeavingDesk:
    """The owner of the organization, and Ann, who has a place in a class on Mondays."""

    api: Api
    world: World
    owner_id: UUID
    guardian_id: UUID
    ann: UUID
    lesson: Lesson
    place: UUID

    async def on(self, day: date) -> Api:
        """The owner at noon of that day in Chicago; the clock stays there."""
        self.api.clock.now = datetime.combine(day, time(12), ZoneInfo("America/Chicago")).astimezone(UTC)
        return await self.api.as_staff(self.world, person_id=self.owner_id)

    async def family(self) -> Api:
        return await self.api.signed_in(self.world, self.guardian_id, Portal.CUSTOMER)

    async def drop(self, drop_on: date, place: UUID | str | None = None) -> None:
        owner = await self.api.as_staff(self.world, person_id=self.owner_id)
        given = {"enrollmentId": _id("Enrollment", place or self.place), "dropOn": drop_on.isoformat()}
        done = (await owner.ask(DROP, input=given))["dropEnrollment"]
        assert done["__typename"] == "DropEnrollmentSuccess", done

    async def enroll(self, starts_on: date, type: str = "ACTIVE", lesson: Lesson | None = None, **more: Any) -> str:
        """The new enrollment's id; in a class of its own unless told otherwise."""
        owner = await self.api.as_staff(self.world, person_id=self.owner_id)
        where = lesson or await self.world.weekly_class(weekday=starts_on.isoweekday())
        given = {
            "studentId": _id("Student", self.ann),
            "offeringId": _id("Offering", where.offering_id),
            "type": type,
            "startsOn": starts_on.isoformat(),
            **more,
        }
        done = (await owner.ask(ENROLL, input=given))["enrollStudent"]
        assert done["__typename"] == "EnrollStudentSuccess", done
        return str(done["enrollment"]["id"])

    async def transfer(self, starts_on: date) -> str:
        owner = await self.api.as_staff(self.world, person_id=self.owner_id)
        target = await self.world.weekly_class(weekday=starts_on.isoweekday())
        given = {
            "enrollmentId": _id("Enrollment", self.place),
            "offeringId": _id("Offering", target.offering_id),
            "startsOn": starts_on.isoformat(),
        }
        done = (await owner.ask(TRANSFER, input=given))["transferEnrollment"]
        assert done["__typename"] == "TransferEnrollmentSuccess", done
        return str(done["enrollment"]["id"])

    async def miss(self, held_on: date) -> None:
        """Ann was absent from her class of that Monday."""
        owner = await self.api.as_staff(self.world, person_id=self.owner_id)
        done = await owner.submit(self.lesson, {self.ann: "ABSENT"}, held_on)
        assert done["__typename"] == "SubmitAttendanceSuccess", done

    async def tokens(self, api: Api | None = None) -> list[dict[str, Any]]:
        asker = api or await self.api.as_staff(self.world, person_id=self.owner_id)
        return await asker.tokens(self.ann, TOKEN)

    async def lapses(self) -> list[str | None]:
        """Of each token, in the order of expiration."""
        return [token["lapsesOn"] for token in await self.tokens()]

    async def states(self) -> list[str]:
        return [token["state"] for token in await self.tokens()]

    async def remembered(self) -> list[Any]:
        """What dropping does beside the enrollment itself."""
        tokens = await self.world.owner.execute(select(models.MakeupToken.__table__).order_by(models.MakeupToken.id))
        lapse = await self.world.owner.execute(text("SELECT id, tokens_lapse_on FROM student ORDER BY id"))
        return [*tokens, *lapse]


async def new_leaving_desk(world: World, api: Api, *, wait_days: int | None = 14) -> LeavingDesk:
    owner = await world.staff(Permission.OWNER)
    family = await world.family(email="baker@example.org")
    ann, lesson = await world.student(family_id=family), await world.weekly_class()
    place = await world.enroll(ann, lesson.offering_id, starts_on=MONDAY - timedelta(weeks=20))
    desk = LeavingDesk(api, world, owner, await world.guardian(family), ann, lesson, place)
    await desk.world.change_settings(expire_after_last_drop_days=wait_days)
    await desk.on(MONDAY)
    return desk


def _id(type_name: str, key: UUID | str) -> str:
    return key if isinstance(key, str) else encode_id(type_name, key)
