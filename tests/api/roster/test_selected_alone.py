"""R3.5: what is selected of a roll sheet is read alone, by compiled documents, and is what the plain way answers.

Random documents over a roll sheet of the real schema. The plain way reads everything, one thing after the other in a
transaction, and lets graphql-core and Strawberry execute each field. Compared are the bytes of the answers: data,
errors and order.
"""

import random
from datetime import date, timedelta
from typing import Any

import graphql
import orjson
import pytest

from attendance.rules.roster.roster_rows import WHOLE
from attendance.rules.vocabulary import EnrollmentType, NoteLevel, Permission, Portal
from gql.calendar import occurrence_query
from gql.fields import loaders
from gql.fields.context import Context
from gql.protocol.answers import response
from gql.protocol.documents import RequestRefused
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations, Parameters
from gql.protocol.strawberry_internals import StrawberryExecutor, core_schema
from tests.support.api import SCHEMA, Api
from tests.support.factories import MONDAY, Lesson, World
from tests.support.sizes import SEED, SIZES

DOCUMENTS = SIZES.documents
# What is far from a roll sheet, takes long, or is another person's at each moment.
_APART = {"occurrence", "attendance", "guardians", "students", "enrollments", "allNotes", "checkInCode"}
_APART |= {"makeupTokenDecisions"}


async def full_of_causes(world: World) -> Lesson:
    """A class whose rows differ in what they show: each indicator, marks of all kinds, a row without enrollment."""
    lesson = await world.weekly_class(capacity=9)
    for number, type_ in enumerate([*EnrollmentType, *EnrollmentType]):
        student = await world.student(
            first_name=f"Student {number % 3}",
            birth_on=date(2018, 2 + 9 * (number % 2), 16 + number % 5),
            medical_alert=[None, "Nuts", "None."][number % 3],
            roll_sheet_comment=["Shy", None][number % 2],
        )
        since = MONDAY - timedelta(days=7 * (number % 3))
        drop_on = [None, MONDAY + timedelta(days=3), MONDAY - timedelta(days=1)][number % 3]
        given: dict[str, Any] = {"type": type_, "starts_on": since, "drop_on": drop_on}
        if type_ in (EnrollmentType.MAKEUP, EnrollmentType.SINGLE_DAY):
            given |= {"starts_on": MONDAY, "drop_on": MONDAY, "timeslot_id": lesson.timeslot_id}
        enrollment = await world.enroll(student, lesson.offering_id, **given)
        if number % 2:
            await world.note(student, level=[NoteLevel.NORMAL, NoteLevel.CRITICAL][number % 4 == 3])
        if number % 4 == 0:
            await world.expected_absence(student)
        for week in range(number % 3):
            held_on = MONDAY - timedelta(7 * week)
            await world.mark(student, lesson.timeslot_id, held_on=held_on, enrollment_id=enrollment)
    return lesson


class Chance:
    """Random selections of the schema from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.schema = core_schema(SCHEMA)

    def document(self) -> str:
        occurrence = self.schema.type_map["Occurrence"]
        roster = f"roster {self.selection(self.schema.type_map['RosterEntry'], 4)}"
        text = f"{{ {self.selection(occurrence, 3)[1:-1]} {roster if self.dice.random() < 0.8 else ''} }}"
        yes = "($id: ID!, $yes: Boolean!)" if "$yes" in text else "($id: ID!)"
        return f"query {yes} {{ occurrence(id: $id) {text} }}"

    def selection(self, type_: Any, depth: int) -> str:
        if graphql.is_abstract_type(type_):
            possible = [self.dice.choice(self.schema.get_possible_types(type_)) for _ in range(2)]
            parts = [f"... on {each.name} {self.selection(each, depth - 1)}" for each in possible]
            return f"{{ __typename {' '.join(parts)} }}"
        fields = [name for name, each in type_.fields.items() if self.may_select(name, each, depth)]
        chosen = self.dice.sample(fields, min(len(fields), self.dice.randint(1, 7)))
        return f"{{ {' '.join(self.field(type_, name, depth) for name in chosen) or '__typename'} }}"

    def may_select(self, name: str, field: Any, depth: int) -> bool:
        is_leaf = graphql.is_leaf_type(graphql.get_named_type(field.type))
        needs = any(graphql.is_required_argument(each) for each in field.args.values())
        return name not in _APART and not needs and (is_leaf or depth > 0)

    def field(self, type_: Any, name: str, depth: int) -> str:
        named = graphql.get_named_type(type_.fields[name].type)
        alias = f"{name}{self.dice.randrange(9)}: " if self.dice.random() < 0.1 else ""
        condition = self.dice.choice([*[""] * 12, " @include(if: $yes)", " @skip(if: $yes)"])
        below = "" if graphql.is_leaf_type(named) else f" {self.selection(named, depth - 1)}"
        return f"{alias}{name}{condition}{below}"


async def answered(operations: Operations, api: Api, parameters: Parameters) -> bytes:
    claims = None if api.token is None else api.services.access_tokens.check(api.token)
    context = Context(api.services, claims, "", "")
    operation = operations.prepare(parameters, may_introspect=True)
    return orjson.dumps(response(await operations.execute(operation, context), ""))


async def _not_known(*_: Any) -> None:
    """What `read_at_once` returns for a viewer who is not remembered."""


@pytest.mark.parametrize("portal", [Portal.OFFICE, Portal.STAFF])
async def test_R3_5_what_is_selected_alone_is_what_the_plain_way_answers(
    world: World, api: Api, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await full_of_causes(world)
    permissions = [Permission.OWNER] if portal is Portal.OFFICE else [Permission.STAFF_ATTENDANCE_VIEW]
    teacher = await world.staff(*permissions, teaches=[lesson.offering_id])
    staff = await api.as_staff(world, portal=portal, person_id=teacher)
    fast, plain = Operations(SCHEMA, GuardLimits()), Operations(SCHEMA, GuardLimits())
    plain._executors = StrawberryExecutor
    compared = rows = 0
    for seed in range(SEED or 0, (SEED or 0) + DOCUMENTS):
        given = {"id": lesson.sheet_id(), "yes": bool(seed % 2)}
        document = Chance(seed).document()
        parameters = Parameters(document, variables=given if "$yes" in document else {"id": given["id"]})
        try:
            with monkeypatch.context() as patched:
                for module in (loaders, occurrence_query):
                    patched.setattr(module, "parts_for", lambda _: WHOLE)
                patched.setattr(occurrence_query, "read_at_once", _not_known)
                expected = await answered(plain, staff, parameters)
        except RequestRefused:
            # Fields of two types that cannot be merged, or too many.
            continue
        for _ in range(2):
            assert await answered(fast, staff, parameters) == expected, document
        compared += 1
        rows += len((orjson.loads(expected)["data"]["occurrence"] or {}).get("roster", []))
    assert compared > DOCUMENTS * 0.6
    assert rows > DOCUMENTS
