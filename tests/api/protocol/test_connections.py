"""Connections to the database, of which one operation cannot take all, and connections of the schema."""

import asyncio

from sqlalchemy import QueuePool, event

from attendance.rules.vocabulary import Permission
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import World


async def test_root_fields_that_run_side_by_side_share_a_few_connections(
    world: World, api: Api, database: Database
) -> None:
    staff = await api.as_staff(world, Permission.OWNER)
    out = most = 0

    def taken(*_: object) -> None:
        nonlocal out, most
        out += 1
        most = max(most, out)

    def given_back(*_: object) -> None:
        nonlocal out
        out -= 1

    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)
    fields = " ".join(f"f{number}: locations {{ name }}" for number in range(12))
    async with asyncio.timeout(30):
        data = await staff.ask(f"{{ {fields} }}")
    assert len(data) == 12
    assert 1 < most < pool.size()


_EMPTY = "{ nodes { __typename } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
_DAYS = 'filter: {from: "2026-11-09", to: "2026-11-22"}'


async def test_a_page_of_0_items_says_whether_there_are_any(world: World, api: Api) -> None:
    lesson = await world.weekly_class()
    ann = await world.student()
    enrollment = await world.enroll(ann, lesson.offering_id)
    await world.note(ann)
    await world.makeup_token(ann)
    staff = await api.as_staff(world, Permission.OWNER)
    data = await staff.ask(
        f"""query($ann: ID!, $place: ID!) {{
          students(first: 0) {_EMPTY} offerings(first: 0) {_EMPTY} kiosks(first: 0) {_EMPTY}
          occurrences({_DAYS}, first: 0) {_EMPTY} last: occurrences({_DAYS}, last: 0) {_EMPTY}
          student(id: $ann) {{ allNotes(first: 0) {_EMPTY} makeupTokens(first: 0) {_EMPTY}
            attendance(first: 0) {_EMPTY} }}
          node(id: $place) {{ ... on Enrollment {{
            occurrences(from: "2026-11-09", to: "2026-11-22", first: 0) {_EMPTY} }} }}
        }}""",
        ann=encode_id("Student", ann),
        place=encode_id("Enrollment", enrollment),
    )
    pages = data.pop("student") | {"of the enrollment": data.pop("node")["occurrences"]} | data
    for name, page in pages.items():
        has_more = name != "kiosks"
        before, after = (True, False) if name == "last" else (False, has_more)
        nothing = {"startCursor": None, "endCursor": None}
        assert page == {"nodes": [], "pageInfo": {"hasNextPage": after, "hasPreviousPage": before, **nothing}}, name
    assert len(pages) == 9
