"""The plans of hot statements: they read by the keys that choose, for a tenant of any size (decision 79).

Statements are planned once for all tenants. The test reads the plans as PostgreSQL runs them, on a database of many
small businesses and a large one, in requests of the large one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Permission, Portal
from db.calendar.occurrences import find_head
from db.engine import Database, create_engine
from db.roster.roll_sheet_changes import RollSheet
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.live.sheet_changes import Depth, SheetHub, read_changes
from tests.api.protocol.test_statement_budget import ROSTER
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, World
from tests.support.large_business import offering_of, slot_of, student_of
from tests.support.plans import Plan, Plans, reading_plans
from tests.support.skewed import CLASSES, fill_skewed

pytestmark = pytest.mark.own_database

GROWING = {
    *(
        "offering_instructor",
        "mark",
        "occurrence",
        "change",
        "changed_entry",
        "feed",
        "feed_item",
        "makeup_token",
        "makeup_token_entry",
    ),
    *("token_run", "enrollment", "student", "family", "person", "offering", "timeslot", "expected_absence"),
}
"""The tables of which a large business has many more rows than others, or that grow with the years."""

OF_THE_TENANT = {
    *("db.calendar.occurrence_listings:_FORWARDS", "db.calendar.occurrence_listings:_BACKWARDS"),
    "db.calendar.occurrence_listings:_SLOTS",
    *("db.makeups.makeup_places:_OF_AGE", "db.makeups.makeup_places:_OPEN"),
}
"""The statements that look at each class of the business, so that their buffers are bounded by the classes."""
BUFFERS, BUFFERS_FOR_A_ROW, BUFFERS_FOR_A_CLASS = 400, 60, 10
CATALOGUE, FEW = {"offering", "timeslot", "offering_instructor"}, 24
"""How many rows a statement may read because they are the tenant's: the catalogue once, or a few of another table."""

DAY = """query($on: Date!) { occurrences(filter: {from: $on, to: $on}, first: 20) {
  nodes { id startsAt attendanceState tally { present absent unmarked } offering { name } instructors { lastName } }
} }"""
CLASS = """query($id: ID!, $from: Date!, $to: Date!) { node(id: $id) { ... on Offering {
  occurrences(from: $from, to: $to, first: 10) { nodes { id state tally { present unmarked } } }
} } }"""
STUDENT = """query($id: ID!) { student(id: $id) {
  firstName enrollments { id type }
  attendance(first: 20) { nodes { occurrence { id offering { name } } mark { status markedAt } } }
  makeupTokens(first: 20) { nodes { id issuedOn expiresOn } }
} }"""
MAKEUPS = """query($token: ID!, $from: Date!, $to: Date!) { eligibleMakeups(tokenId: $token, from: $from, to: $to) {
  nodes { isEligible openings reasons { reason } occurrence { id startsAt offering { name } } }
} }"""
TOKENS = """query($after: String) { makeupTokens(first: 20, after: $after) {
  nodes { id state } pageInfo { endCursor }
} }"""
CHECK_IN = """mutation($input: CheckInInput!) { checkIn(input: $input) {
  __typename ... on CheckInSuccess { changedEntries { id mark { status } } }
} }"""


@dataclass
class LargeBusiness:
    world: World
    database: Database
    office: Api
    teacher: Api
    family: Api
    token: str
    plans: Plans

    def sheet(self, number: int) -> OccurrenceKey:
        return OccurrenceKey(slot_of(self.world, 6 * number), MONDAY)

    async def check_in(self, number: int) -> None:
        student = encode_id("Student", student_of(self.world, 6 * number))
        given = {"occurrenceId": encode_occurrence_id(self.sheet(number)), "studentId": student}
        answer = await self.office.ask(CHECK_IN, input=given)
        assert answer["checkIn"]["__typename"] == "CheckInSuccess"

    async def tokens(self) -> None:
        """A page, and the page after it."""
        first = (await self.office.ask(TOKENS))["makeupTokens"]
        assert len(first["nodes"]) == 20
        await self.office.ask(TOKENS, after=first["pageInfo"]["endCursor"])

    async def change(self, number: int) -> None:
        """What an event of a roll sheet reads."""
        async with self.database.read(self.world.organization_id) as connection:
            head = await find_head(connection, self.world.organization_id, self.sheet(number))
            assert head is not None
            assert await read_changes(connection, self.world.organization_id, head, 0, depth=Depth.CHANGED)

    def requests(self, number: int) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        """The requests by their names. Those that write take the class of this number."""
        sheet, student = encode_occurrence_id(self.sheet(7)), encode_id("Student", student_of(self.world, 42))
        offering = encode_id("Offering", offering_of(self.world, 42))
        from_, to = str(MONDAY), str(MONDAY + timedelta(59))
        yield "roll sheet", lambda: self.office.ask(ROSTER, id=sheet)
        yield "day", lambda: self.office.ask(DAY, on=from_)
        yield "day of a teacher", lambda: self.teacher.ask(DAY, on=from_)
        yield "class", lambda: self.office.ask(CLASS, id=offering, **{"from": from_, "to": to})
        yield "student", lambda: self.office.ask(STUDENT, id=student)
        yield "makeups", lambda: self.family.ask(MAKEUPS, token=self.token, **{"from": from_, "to": to})
        yield "tokens", self.tokens
        yield "check-in", lambda: self.check_in(number)
        yield "event", lambda: self.change(number)


@pytest.fixture
async def large(owner: AsyncConnection, database_url: str) -> AsyncIterator[LargeBusiness]:
    world = await fill_skewed(owner)
    engine = create_engine(database_url, pool_size=1)
    database, plans = Database(engine), await reading_plans(owner, engine)
    async with serving(database) as anybody:
        # Class 42 meets on MONDAY, and its first student has a token.
        student = student_of(world, 42)
        family = await owner.scalar(text("SELECT family_id FROM student WHERE id = :id"), {"id": student})
        yield LargeBusiness(
            world,
            database,
            await anybody.as_staff(world, Permission.OWNER),
            await anybody.as_staff(world, Permission.STAFF_ATTENDANCE_FULL, portal=Portal.STAFF),
            await anybody.signed_in(world, await world.guardian(family), Portal.CUSTOMER),
            encode_id("MakeupToken", await world.makeup_token(student)),
            plans,
        )
    await database.close()


def faults(plan: Plan) -> Iterator[str]:
    allowed = BUFFERS + BUFFERS_FOR_A_ROW * plan.root["Actual Rows"]
    if plan.name in OF_THE_TENANT:
        allowed += BUFFERS_FOR_A_CLASS * CLASSES
    if plan.buffers > allowed:
        yield f"takes {plan.buffers} buffers, not {allowed} at most"
    for table, rows in plan.rows_by_tenant_alone(GROWING):
        if rows > (CLASSES if table in CATALOGUE else FEW):
            yield f"reads {rows} rows of {table} by nothing but the tenant"


async def test_hot_statements_read_by_the_keys_that_choose(large: LargeBusiness) -> None:
    found = []
    for name, ask in large.requests(number=1):
        large.plans.clear()
        await ask()
        assert len(large.plans.ran) > 1, name
        found += [f"{name}: {fault}\n{plan}" for plan in large.plans.ran for fault in faults(plan)]
        if name == "roll sheet":
            # Of each mark that counts for an attendance rate, the index says enough.
            nodes = [node for plan in large.plans.ran for node in plan.nodes() if node.get("Alias") == "h"]
            assert [node["Node Type"] for node in nodes] == ["Index Only Scan"]
            assert [node["Heap Fetches"] for node in nodes] == [0]
    # An event of which everybody follows the changed rows alone is read by one statement.
    large.plans.clear()
    assert await SheetHub(large.database).read(RollSheet(large.world.organization_id, large.sheet(1)), 0)
    assert ["changed_entry touched" in plan.statement for plan in large.plans.ran] == [True]
    found += [f"event of changed rows: {fault}\n{plan}" for plan in large.plans.ran for fault in faults(plan)]
    # A search in names looks at the tenant's families in order, and for each at its people by an index.
    large.plans.clear()
    await large.office.ask('{ families(search: "zzz") { nodes { id } } }')
    for plan in large.plans.ran:
        if plan.name.startswith("db.people.family_pages"):
            tables = {node["Relation Name"]: node for node in plan.nodes() if "Relation Name" in node}
            assert set(tables) == {"family", "person", "student"}
            found += [
                f"search: {node['Node Type']}\n{plan}" for node in tables.values() if "Index" not in node["Node Type"]
            ]
            break
    else:
        raise AssertionError("the search did not run")
    assert found == [], "\n\n".join(found)
