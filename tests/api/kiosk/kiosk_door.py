"""A location's door: a class, a family on its way to it, and a kiosk that staff launched through the API."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World
from tests.support.viewers import DURING_CLASS

STARTS = DURING_CLASS - timedelta(minutes=10)
"""Monday 17:00 in Chicago; the class ends at 17:45."""
PHONE = "(512) 555-0142"

LAUNCH = mutation(
    "launchKiosk",
    "deviceToken kiosk { id name state launchedAt expiresAt revokedAt location { name } launchedBy { firstName } }",
)
REVOKE = mutation("revokeKiosk", "kiosk { id name state revokedAt revokedBy { firstName } }")
KIOSKS = """query($first: Int, $after: String) { kiosks(first: $first, after: $after) {
  nodes { id name state location { name } launchedBy { firstName } revokedBy { firstName } }
  pageInfo { hasNextPage endCursor } } }"""
FAMILY = """query($phone: String, $qrCode: String) { kioskFamily(phone: $phone, qrCode: $qrCode) {
  students { studentId firstName occurrences {
    occurrenceId offeringName startsAt endsAt status canCheckIn noCheckInReason opensAt closesAt } } } }"""
CHECK_IN = mutation(
    "checkIn",
    "status markedAt occurrence { id } entry { id } changedEntries { id } issuedTokens { id } revokedTokens { id }",
)
CODE = "query($id: ID!) { node(id: $id) { ... on Family { checkInCode } } }"


@dataclass
class KioskDoor:
    """`kiosk` is the device, `owner` somebody of the office who may do everything."""

    world: World
    owner: Api
    kiosk: Api
    lesson: Lesson
    family_id: UUID
    students: dict[str, UUID] = field(default_factory=dict)

    @property
    def occurrence_id(self) -> str:
        return self.lesson.sheet_id()

    def at(self, now: datetime) -> None:
        self.owner.clock.now = now

    async def add(self, name: str, *, family_id: UUID | None = None, **enrollment: Any) -> UUID:
        """A student of the family, or of another, who is enrolled in the class."""
        self.students[name] = await self.world.student(
            first_name=name, last_name="Secret", family_id=family_id or self.family_id
        )
        await self.world.enroll(self.students[name], self.lesson.offering_id, **enrollment)
        return self.students[name]

    async def look_up(self, *, api: Api | None = None, **given: Any) -> list[dict[str, Any]]:
        """By the family's phone number unless told otherwise."""
        answer = await (api or self.kiosk).ask(FAMILY, **(given or {"phone": PHONE}))
        found: list[dict[str, Any]] = answer["kioskFamily"]["students"]
        return found

    async def check_in(self, name: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
        answer = await (api or self.kiosk).ask(CHECK_IN, input=self.input(name, **more))
        found: dict[str, Any] = answer["checkIn"]
        return found

    def input(self, name: str, **more: Any) -> dict[str, Any]:
        given = {"occurrenceId": self.occurrence_id, "studentId": encode_id("Student", self.students[name])}
        return given | more

    async def code(self, api: Api | None = None) -> str:
        """The family's, as the owner or somebody else is told."""
        node = (await (api or self.owner).ask(CODE, id=encode_id("Family", self.family_id)))["node"]
        return str(node["checkInCode"])

    async def guardian(self, api: Api) -> Api:
        """Signed in for the family."""
        return await api.signed_in(self.world, await self.world.guardian(self.family_id), Portal.CUSTOMER)

    async def marks(self) -> dict[str, tuple[str, bool, str]]:
        """Status, whether defaulted, and source, by name."""
        found = await self.world.rows(models.Mark, timeslot_id=self.lesson.timeslot_id, held_on=MONDAY)
        by_id = {row.student_id: (row.status.value, row.is_defaulted, row.source.value) for row in found}
        return {name: by_id[student] for name, student in self.students.items() if student in by_id}


def names(students: list[dict[str, Any]]) -> list[str]:
    return [each["firstName"] for each in students]


async def launch(owner: Api, location_id: UUID, name: str = "Front door", **more: Any) -> Api:
    """A device with its token."""
    given = {"locationId": encode_id("Location", location_id), "name": name, **more}
    launched = (await owner.ask(LAUNCH, input=given))["launchKiosk"]
    return replace(owner, token=launched["deviceToken"])


async def new_kiosk_door(world: World, api: Api) -> KioskDoor:
    """Ann and Ben of the family, Cas of another, ten minutes before their class."""
    # Launched the day before, so that a test may go back to any time of the day of the class.
    api.clock.now = STARTS - timedelta(days=1)
    owner = await api.as_staff(world, Permission.OWNER, portal=Portal.OFFICE)
    kiosk = await launch(owner, world.location_id)
    api.clock.now = STARTS - timedelta(minutes=10)
    owner = await api.as_staff(world, Permission.OWNER, portal=Portal.OFFICE)
    lesson = await world.weekly_class(name="Swim 1")
    door = KioskDoor(world, owner, kiosk, lesson, await world.family(name="Secret", phone=PHONE))
    for name in ("Ann", "Ben"):
        await door.add(name)
    await door.add("Cas", family_id=await world.family(name="Cole", phone="+1 512 555 0199"))
    return door
