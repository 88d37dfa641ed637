"""Background tasks through the API: who sees them, what they tell, cancelling and deleting them (R9.4 to R9.6)."""

from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.tasks.task_client import CANCEL, DELETE, EXCEPTIONS, ITEMS, LIST, TASK, gid, listed, told
from tests.support.api import Api
from tests.support.factories import World, new_world
from tests.support.task_desk import EXCEPTION, NOW, REFUSED, TaskDesk, new_desk

pytestmark = pytest.mark.emptied_database

NOBODYS = encode_id("BackgroundTask", UUID(int=1))


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


@pytest.fixture
async def mine(desk: TaskDesk, api: Api) -> Api:
    """Signed in as who starts the tasks, and holds no permission at all."""
    return await api.signed_in(desk.world, desk.person_id, Portal.STAFF)


async def test_R9_4_a_task_tells_what_it_did(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(refused=(2,), excepted=(3,))
    queued = await told(mine, task_id)
    assert queued == queued | {
        "kind": "SEND_STATEMENTS",
        "state": "QUEUED",
        "done": 0,
        "total": None,
        "startedAt": None,
    }
    assert queued["createdBy"] == {"id": encode_id("StaffMember", desk.person_id), "firstName": "Sam"}
    assert queued["report"]["summary"] == "0 of 0 items done."
    await desk.work()
    assert await told(mine, task_id) == {
        "id": gid(task_id),
        "kind": "SEND_STATEMENTS",
        "state": "COMPLETED",
        "done": 7,
        "total": 7,
        "exceptionCount": 2,
        "createdBy": {"id": encode_id("StaffMember", desk.person_id), "firstName": "Sam"},
        "createdAt": NOW.isoformat().replace("+00:00", "Z"),
        "startedAt": NOW.isoformat().replace("+00:00", "Z"),
        "endedAt": NOW.isoformat().replace("+00:00", "Z"),
        "error": None,
        "report": {
            "summary": "6 of 7 items done, 1 could not be done. Of 6 e-mails 6 waiting.",
            "itemsDone": 6,
            "itemsRefused": 1,
            "itemsFailed": 0,
            "itemsSkipped": 0,
            "itemsWaiting": 0,
            "emailsSent": 0,
            "emailsWaiting": 6,
            "emailsWithdrawn": 0,
            "emailsWithheld": 0,
            "emailsFailed": 0,
            "emailsUncertain": 0,
            "emailsKept": 0,
        },
    }


async def test_R9_4_exceptions_are_listed_by_student(desk: TaskDesk, api: Api) -> None:
    task_id = await desk.start(refused=(2,), excepted=(3, 5))
    await desk.work()
    owner = await api.as_staff(desk.world, Permission.OWNER)
    first = (await owner.ask(EXCEPTIONS, id=gid(task_id), first=2))["node"]["exceptions"]
    assert [(each["position"], each["title"], each["itemState"], each["message"]) for each in first["nodes"]] == [
        (2, "Student 2", "EXCEPTION", REFUSED),
        (3, "Student 3", "DONE", EXCEPTION),
    ]
    assert first["nodes"][0]["student"] == {"id": encode_id("Student", desk.student_ids[1]), "firstName": "Student 2"}
    assert first["pageInfo"]["hasNextPage"]
    rest = (await owner.ask(EXCEPTIONS, id=gid(task_id), after=first["pageInfo"]["endCursor"]))["node"]["exceptions"]
    assert [each["position"] for each in rest["nodes"]] == [5]
    assert not rest["pageInfo"]["hasNextPage"]


async def test_R11_3_whom_an_exception_is_about_is_told_to_who_sees_the_student(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(refused=(2,))
    await desk.work()
    (told_,) = (await mine.ask(EXCEPTIONS, id=gid(task_id)))["node"]["exceptions"]["nodes"]
    assert (told_["position"], told_["message"], told_["student"]) == (2, REFUSED, None)


async def test_R9_5_items_say_what_was_done(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(refused=(2,))
    await desk.work()
    page = (await mine.ask(ITEMS, id=gid(task_id), first=3))["node"]["items"]
    assert [(each["position"], each["title"], each["state"]) for each in page["nodes"]] == [
        (1, "Student 1", "DONE"),
        (2, "Student 2", "EXCEPTION"),
        (3, "Student 3", "DONE"),
    ]
    done = (await mine.ask(ITEMS, id=gid(task_id), state="DONE", after=page["pageInfo"]["endCursor"]))["node"]["items"]
    assert [each["position"] for each in done["nodes"]] == [4, 5, 6, 7]
    refused = (await mine.ask(ITEMS, id=gid(task_id), state="EXCEPTION"))["node"]["items"]
    assert [each["position"] for each in refused["nodes"]] == [2]


async def test_R9_6_owners_see_all_and_others_their_own(desk: TaskDesk, mine: Api, api: Api) -> None:
    own = await desk.start()
    other = await desk.start(await desk.world.staff())
    every_permission = [each for each in Permission if each is not Permission.OWNER]
    nearly = await api.as_staff(desk.world, *every_permission)
    owner = await api.as_staff(desk.world, Permission.OWNER)
    staff_owner = await api.as_staff(desk.world, Permission.OWNER, portal=Portal.STAFF)
    assert await listed(owner) == await listed(staff_owner) == [gid(other), gid(own)]
    assert await listed(mine) == [gid(own)]
    assert await listed(nearly) == []
    assert await told(mine, own) is not None
    assert (await told(owner, own))["id"] == gid(own)
    assert await told(mine, other) is None
    assert await told(nearly, own) is None


async def test_R9_6_tasks_of_another_organization_do_not_exist(desk: TaskDesk, mine: Api, api: Api) -> None:
    task_id = await desk.start()
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    stranger = await api.as_staff(elsewhere, Permission.OWNER)
    assert await listed(stranger) == []
    assert await told(stranger, task_id) is None
    for act in (CANCEL, DELETE):
        assert await stranger.refused(act, id=gid(task_id)) == ("NOT_FOUND", "There is no such background task.")
        assert await mine.refused(act, id=NOBODYS) == ("NOT_FOUND", "There is no such background task.")
    assert (await desk.row(task_id)).state == "QUEUED"


async def test_R11_3_tasks_of_others_are_neither_cancelled_nor_deleted(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(await desk.world.staff())
    assert await mine.refused(CANCEL, id=gid(task_id)) == ("NOT_FOUND", "There is no such background task.")
    await desk.work()
    assert await mine.refused(DELETE, id=gid(task_id)) == ("NOT_FOUND", "There is no such background task.")
    assert (await desk.row(task_id)).state == "COMPLETED"


async def test_tasks_are_listed_in_pages_the_newest_first(desk: TaskDesk, mine: Api) -> None:
    ids = [gid(await desk.start()) for _ in range(5)]
    first = (await mine.ask(LIST, first=2))["backgroundTasks"]
    assert [task["id"] for task in first["nodes"]] == ids[:2:-1]
    assert first["pageInfo"]["hasNextPage"]
    assert await listed(mine, after=first["pageInfo"]["endCursor"]) == ids[2::-1]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (LIST, {"first": -1}),
        (LIST, {"first": 101}),
        (LIST, {"after": "nonsense"}),
        (CANCEL, {"id": "nonsense"}),
        (DELETE, {"id": encode_id("Student", UUID(int=1))}),
    ],
)
async def test_what_is_not_understood_is_told(mine: Api, document: str, variables: dict[str, Any]) -> None:
    code, _ = await mine.refused(document, **variables)
    assert code == "BAD_USER_INPUT"


async def test_a_list_costs_the_same_for_one_task_and_for_many(desk: TaskDesk, api: Api) -> None:
    owner = await api.as_staff(desk.world, Permission.OWNER)
    students = "nodes { student { id } }"
    more_of_each = f"exceptions(first: 5) {{ {students} }} items(first: 5) {{ {students} }}"
    document = f"{{ backgroundTasks {{ nodes {{ {TASK} {more_of_each} }} }} }}"
    counts = []
    for more in (1, 8):
        for _ in range(more):
            await desk.start(refused=(2,))
        await desk.work()
        owner.statements.clear()
        await owner.ask(document)
        counts.append(len(owner.statements))
    assert counts[0] == counts[1]
