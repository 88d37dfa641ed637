"""A business with one class on Mondays, and an office that changes its catalogue."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.vocabulary import Permission
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World

FAR = date(2027, 6, 28)
COUNTS = """
appearingCount disappearingCount movingCount placesChangedCount overfullCount throughOn
enrollmentCount endedEnrollmentCount makeupCount makeupTokenCount recordedOccurrenceCount recordedMakeupTokenCount
studentCount familyCount
"""
EFFECT = f"""{COUNTS} toldFamilyCount enrollmentIds endedEnrollmentIds makeupIds makeupTokenIds
occurrences {{ kind offeringName before {{ occurrenceId date startsAt room locationId capacity }}
    after {{ occurrenceId date startsAt room locationId capacity }} }}
"""


@dataclass
class Desk:
    """Swim 1 is held on Mondays from 17:00, in the program Swim, from September 2026 to June 2027. Ann goes to it."""

    world: World
    api: Api
    lesson: Lesson
    program: UUID
    session: UUID
    family: UUID
    ann: UUID
    enrollment: UUID

    @property
    def session_id(self) -> str:
        return encode_id("Session", self.session)

    async def act(self, name: str, /, shown: str = "", *, api: Api | None = None, **given: Any) -> dict[str, Any]:
        """Return the answer of the mutation, with all of its effect."""
        document = mutation(name, f"{shown} effect {{ {EFFECT} }}")
        return (await (api or self.api).ask(document, input=given))[name]  # type: ignore[no-any-return]

    async def preview(self, name: str, /, *, api: Api | None = None, **given: Any) -> dict[str, Any]:
        kind = f"{name[0].upper()}{name[1:]}Input"
        shown = f"__typename ... on CatalogueEffect {{ {EFFECT} }} ... on UserError {{ message }}"
        document = f"query($input: {kind}!) {{ {name}Preview(input: $input) {{ {shown} }} }}"
        return (await (api or self.api).ask(document, input=given))[f"{name}Preview"]  # type: ignore[no-any-return]

    async def previewed(self, name: str, /, shown: str = "", **given: Any) -> dict[str, Any]:
        """What the mutation answers, when its preview has said the same before."""
        told = await self.preview(name, **given)
        done = await self.act(name, shown, **given)
        assert told.pop("__typename") == "CatalogueEffect", told
        assert without_new_ids(done["effect"]) == without_new_ids(told)
        return done

    async def dates(self, since: date = MONDAY, until: date = MONDAY + timedelta(days=42)) -> list[tuple[str, str]]:
        """When something is held, as the listing says: date and local time."""
        query = """query($from: Date!, $to: Date!) {
            occurrences(filter: {from: $from, to: $to}, first: 100) { nodes { date startsAt state } } }"""
        found = await self.api.ask(query, **{"from": since.isoformat(), "to": until.isoformat()})
        nodes = found["occurrences"]["nodes"]
        return [(each["date"], _local(each["startsAt"])) for each in nodes if each["state"] == "SCHEDULED"]


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo('America/Chicago')):%H:%M}"


def without_new_ids(effect: dict[str, Any]) -> dict[str, Any]:
    """The effect without ids that are made anew each time."""
    changes = [
        {
            **each,
            "before": each["before"],
            "after": each["after"] and {name: of for name, of in each["after"].items() if name != "occurrenceId"},
        }
        for each in effect["occurrences"]
    ]
    return {**effect, "occurrences": changes}


async def new_desk(world: World, api: Api) -> Desk:
    program = await world.program()
    lesson = await world.weekly_class(program_id=program, capacity=8)
    session = await world.session(date(2026, 9, 1), FAR, offerings=[lesson.offering_id])
    family = await world.family(email="baker@example.com")
    ann = await world.student(family_id=family)
    return Desk(
        world=world,
        api=await api.as_staff(world, Permission.OWNER),
        lesson=lesson,
        program=program,
        session=session,
        family=family,
        ann=ann,
        enrollment=await world.enroll(ann, lesson.offering_id),
    )
