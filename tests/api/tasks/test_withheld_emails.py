"""R9.5: a cancelled task sends the e-mails of what is done, or keeps them back, names the families, and sends them
later.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.tasks.emails import withdraw_emails
from db.tasks.task_leases import Lease, claim, lock_leased_task
from db.unit_of_work import unit_of_work
from tests.api.tasks.task_client import cancel, delete, gid, listed, not_told, send_withheld, told
from tests.support.api import Api
from tests.support.factories import World
from tests.support.fingerprint import fingerprint
from tests.support.task_desk import NOW, TaskDesk, new_desk
from workers.jobs.forget_tasks import forget_tasks

pytestmark = pytest.mark.emptied_database

HELD = dict.fromkeys("3567", "WITHDRAWN")
WAITING = dict.fromkeys("3567", "QUEUED")


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


@pytest.fixture
async def office(desk: TaskDesk, api: Api) -> Api:
    return await api.as_staff(desk.world, Permission.OWNER, portal=Portal.OFFICE)


async def half_done(desk: TaskDesk, *, sends: str = "1") -> UUID:
    """A task with five items done, one refused, and one that waits; the e-mail of the first is sent."""
    task_id = await desk.start(faulty=(4,), refused=(2,))
    await desk.work()
    await desk.world.owner.exec_driver_sql(
        f"UPDATE email SET state = 'SENT', sent_at = now() WHERE reason LIKE '%%/{sends}'"
    )
    await desk.world.owner.exec_driver_sql("UPDATE email SET family_id = (SELECT id FROM family LIMIT 1)")
    return task_id


async def test_R9_5_what_has_not_left_is_kept_back_and_the_families_are_named(desk: TaskDesk, office: Api) -> None:
    task_id = await half_done(desk)
    await cancel(office, task_id, withdraw=True)
    assert await desk.emails(task_id) == {"1": "SENT", **HELD}
    report = (await told(office, task_id))["report"]
    assert report["summary"] == "5 of 7 items done, 1 could not be done, 1 not begun. Of 5 e-mails 1 sent, 4 kept back."
    assert (report["emailsWithdrawn"], report["emailsWithheld"]) == (4, 4)
    assert await not_told(office, task_id) == ["Baker"] * 4
    assert await not_told(office, task_id, first=3) == ["Baker"] * 3


async def test_R9_5_they_are_sent_later_and_once(desk: TaskDesk, office: Api) -> None:
    task_id = await half_done(desk)
    await cancel(office, task_id, withdraw=True)
    office.clock.now += timedelta(minutes=5)
    sent = {
        "__typename": "SendWithheldEmailsSuccess",
        "emailCount": 4,
        "backgroundTask": {"report": {"emailsWaiting": 4, "emailsWithheld": 0}},
    }
    assert await send_withheld(office, task_id, "a key") == sent
    assert await desk.emails(task_id) == {"1": "SENT", **WAITING}
    assert await not_told(office, task_id) == []
    before = await fingerprint(desk.world)
    assert await send_withheld(office, task_id, "a key") == sent
    assert await fingerprint(desk.world) == before
    assert (await send_withheld(office, task_id))["emailCount"] == 0
    assert await desk.emails(task_id) == {"1": "SENT", **WAITING}


async def test_R9_5_a_task_that_is_cancelled_already_can_still_keep_its_mail_back(desk: TaskDesk, office: Api) -> None:
    task_id = await half_done(desk)
    await cancel(office, task_id)
    assert await desk.emails(task_id) == {"1": "SENT", **WAITING}
    await cancel(office, task_id, withdraw=True)
    assert await desk.emails(task_id) == {"1": "SENT", **HELD}


async def test_R9_5_the_batch_that_is_finished_keeps_its_mail_back_too(desk: TaskDesk, office: Api) -> None:
    task_id = await desk.start()
    organization_id = desk.world.organization_id
    lease = Lease(organization_id, task_id, "a worker")
    async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
        assert await claim(uow, lease, list(desk.kinds), now=NOW)
    async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
        assert await lock_leased_task(uow, lease) is not None
        assert (await cancel(office, task_id, withdraw=True))["backgroundTask"]["state"] == "CANCELLING"
        refused = await send_withheld(office, task_id)
        assert (refused["__typename"], refused["state"]) == ("BackgroundTaskNotEnded", "CANCELLING")
        await desk.world.owner.exec_driver_sql(
            "INSERT INTO email (organization_id, id, reason, recipient, template, facts, state, due_at, created_at,"
            f" background_task_id) VALUES ('{organization_id}', gen_random_uuid(), 'of the batch', 'a@example.org',"
            f" 'x', '{{}}', 'QUEUED', now(), now(), '{task_id}')"
        )
    await desk.patience()
    await desk.work()
    assert (await desk.row(task_id)).state == "CANCELLED"
    assert list((await desk.emails(task_id)).values()) == ["WITHDRAWN"]


async def test_R9_5_what_lost_its_reason_meanwhile_is_not_sent(desk: TaskDesk, office: Api) -> None:
    task_id = await half_done(desk)
    await cancel(office, task_id, withdraw=True)
    reasons = await desk._all("SELECT reason FROM email WHERE reason LIKE '%/3'")
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        assert len(await withdraw_emails(uow, [row.reason for row in reasons])) == 1
    assert (await send_withheld(office, task_id))["emailCount"] == 3
    assert (await desk.emails(task_id))["3"] == "WITHDRAWN"


async def test_R9_6_a_task_that_keeps_mail_back_is_kept_until_it_is_sent(desk: TaskDesk, office: Api) -> None:
    task_id = await half_done(desk)
    await cancel(office, task_id, withdraw=True)
    later = replace(desk.worker(), clock=lambda: office.clock.now + timedelta(minutes=11))
    assert await forget_tasks(later) == 0
    await send_withheld(office, task_id)
    assert await forget_tasks(later) == 1
    assert await listed(office) == []


async def test_R11_3_who_may_not_see_the_families_is_not_told_their_names(desk: TaskDesk, api: Api) -> None:
    mine = await api.signed_in(desk.world, desk.person_id, Portal.STAFF)
    task_id = await half_done(desk)
    await cancel(mine, task_id, withdraw=True)
    assert await not_told(mine, task_id) == [None] * 4
    stranger = await api.as_staff(desk.world, Permission.OFFICE_ATTENDANCE_FULL)
    before = await fingerprint(desk.world)
    document = "mutation($id: ID!) { sendWithheldEmails(input: {backgroundTaskId: $id}) { __typename } }"
    assert (await stranger.refused(document, id=gid(task_id)))[0] == "NOT_FOUND"
    assert await fingerprint(desk.world) == before
    assert (await delete(mine, task_id))["__typename"] == "DeleteBackgroundTaskSuccess"
