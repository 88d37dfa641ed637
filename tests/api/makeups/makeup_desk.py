"""A family with a makeup token, an office, and a class to make up in, through the API."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World

WEEK = timedelta(days=7)
AHEAD = MONDAY + WEEK
NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)
"""MONDAY at noon in Chicago: five hours before that day's class."""
STAFF = (Permission.CREATE_MAKEUP_TOKENS, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)

_PLACE = "makeup { id type startsOn dropOn isDeleted offering { id } timeslot { id } }"
_TOKEN = "id state"
_REQUEST = f"""id state comment decisionComment requestedAt decidedAt student {{ firstName }} occurrence {{ id }}
  makeupToken {{ {_TOKEN} request {{ id }} }} requestedBy {{ __typename }} decidedBy {{ __typename }} {_PLACE}"""
_SUCCESS = {
    "redeemMakeupToken": f"makeupToken {{ {_TOKEN} }} {_PLACE}",
    "bookMakeup": _PLACE,
    **dict.fromkeys(
        ("requestMakeup", "approveMakeup", "denyMakeup", "withdrawMakeupRequest"), f"makeupRequest {{ {_REQUEST} }}"
    ),
    "giveBackMakeup": f"makeupToken {{ {_TOKEN} }}",
}
_LIST = f"""query($states: [MakeupRequestState!], $first: Int, $after: String) {{
  makeupRequests(states: $states, first: $first, after: $after) {{
    nodes {{ {_REQUEST} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
_SHEET = """
  revision openings changes { kind }
  roster { student { firstName } enrollment { type } mark { status isDefaulted }
           indicators { kind facts { ... on MakeupFacts { missedOn } } } }
"""


@dataclass
class MakeupDesk:
    """Ann, of Gail's family, has a makeup token; `lesson` meets on Mondays at 17:00 in Chicago and has 2 places."""

    world: World
    office: Api
    family: Api
    lesson: Lesson
    ann: UUID
    gail: UUID
    family_id: UUID
    token: UUID

    @property
    def clock(self) -> Any:
        return self.office.clock

    @property
    def token_id(self) -> str:
        return encode_id("MakeupToken", self.token)

    def key(self, held_on: date = AHEAD) -> OccurrenceKey:
        return self.lesson.key(held_on)

    def sheet_id(self, held_on: date = AHEAD) -> str:
        return self.lesson.sheet_id(held_on)

    async def act(self, api: Api, name: str, **given: Any) -> dict[str, Any]:
        """The union's member."""
        return await api.act(name, _SUCCESS[name], **given)

    async def redeem(self, api: Api | None = None, held_on: date = AHEAD, **given: Any) -> dict[str, Any]:
        asked = {"tokenId": self.token_id, "occurrenceId": self.sheet_id(held_on), **given}
        return await self.act(api or self.family, "redeemMakeupToken", **asked)

    async def book(self, api: Api, held_on: date = AHEAD, **given: Any) -> dict[str, Any]:
        asked = {"studentId": encode_id("Student", self.ann), "occurrenceId": self.sheet_id(held_on), **given}
        return await self.act(api, "bookMakeup", **asked)

    async def request(self, held_on: date = AHEAD, **given: Any) -> dict[str, Any]:
        asked = {"tokenId": self.token_id, "occurrenceId": self.sheet_id(held_on), **given}
        return await self.act(self.family, "requestMakeup", **asked)

    async def settle(self, verb: str, request: str | UUID, api: Api | None = None, **given: Any) -> dict[str, Any]:
        request_id = request if isinstance(request, str) else encode_id("MakeupRequest", request)
        return await self.act(api or self.office, verb, makeupRequestId=request_id, **given)

    async def listed(self, api: Api | None = None, **given: Any) -> Any:
        return (await (api or self.office).ask(_LIST, **given))["makeupRequests"]

    async def sheet(self, held_on: date = AHEAD) -> Any:
        return await self.office.occurrence(self.sheet_id(held_on), _SHEET)

    async def state(self, api: Api | None = None) -> str:
        """Of the token."""
        document = "query($id: ID!) { node(id: $id) { ... on MakeupToken { state } } }"
        return (await (api or self.office).ask(document, id=self.token_id))["node"]["state"]  # type: ignore[no-any-return]

    async def ledger(self) -> list[tuple[str, str]]:
        """Acts and sources of the token's entries, in their order."""
        entries = await self.world.rows(models.MakeupTokenEntry, makeup_token_id=self.token)
        return [(row.act, row.source) for row in entries]

    async def staff(self, *permissions: Permission, **more: Any) -> Api:
        return await self.office.as_staff(self.world, *permissions, **more)

    async def fill(self, *types: EnrollmentType, held_on: date = AHEAD) -> list[UUID]:
        """Students with such places on the day."""
        students = []
        for type in types:
            student = await self.world.student(first_name=type.value)
            one_day = {"starts_on": held_on, "drop_on": held_on, "timeslot_id": self.lesson.timeslot_id}
            more: dict[str, Any] = one_day if type in {EnrollmentType.MAKEUP, EnrollmentType.SINGLE_DAY} else {}
            await self.world.enroll(student, self.lesson.offering_id, type=type, **more)
            students.append(student)
        return students

    async def sign_in_again(self) -> None:
        """The clock may have been moved past the end of a sign-in."""
        self.office = await self.staff(*STAFF, Permission.MAKEUPS_WITHOUT_TOKENS)
        self.family = await self.office.signed_in(self.world, self.gail, Portal.CUSTOMER)


async def makeup_desk(world: World, api: Api) -> MakeupDesk:
    """At NOON."""
    api.clock.now = NOON
    lesson = await world.weekly_class(capacity=2)
    family_id = await world.family()
    ann = await world.student(first_name="Ann", family_id=family_id, birth_on=date(2020, 5, 10), gender="Female")
    gail = await world.guardian(family_id)
    return MakeupDesk(
        world=world,
        office=await api.as_staff(world, *STAFF),
        family=await api.signed_in(world, gail, Portal.CUSTOMER),
        lesson=lesson,
        ann=ann,
        gail=gail,
        family_id=family_id,
        token=await world.makeup_token(ann),
    )
