"""Two people take one roll sheet without network for an hour, on devices that meet with what devices meet with."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Permission
from commands.servers.start import Servers
from db import models
from db.engine import Database
from tests.support.api_process import until
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.network_cable import Cable, plugged_cable
from tests.support.sizes import SIZES

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
WORDS = {PRESENT: "Present", ABSENT: "Absent"}
HOUR = timedelta(hours=1)
# The pages learn the server's time from answers that have it in whole seconds.
ROUGHLY = timedelta(seconds=5)
# Each of two people marks each student once.
STUDENTS = [f"S{number:03d}" for number in range(SIZES.offline_students)]
KEPT_ACTS = """async name => {
  const opened = indexedDB.open(name);
  await new Promise(resolve => { opened.onsuccess = resolve; });
  const counted = opened.result.transaction("acts").objectStore("acts").count();
  await new Promise(resolve => { counted.onsuccess = resolve; });
  opened.result.close();
  return counted.result;
}"""
# Chromium does not let tests lower the quota of IndexedDB.
FULL = "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
VAULT = "indexedDB.databases().then(found => found[0].name)"


@pytest.fixture
async def sheet(database: Database, world: World, servers: Servers) -> AsyncIterator[LiveSheet]:
    await world.change_settings(tokens_enabled=False, office_check_in_mode=True)
    async with live_sheet(database, world, servers.redis_url, *STUDENTS) as sheet:
        yield sheet


@pytest.fixture
async def cabled(hall: Hall) -> AsyncIterator[list[tuple[Hall, Cable]]]:
    """The same browser program at the ends of two cables, one for each device."""
    async with plugged_cable(hall.api.port) as one, plugged_cable(hall.api.port) as other:
        ends = [(Hall(hall.browser, replace(hall.api, port=cable.port)), cable) for cable in (one, other)]
        yield ends
        for end, _ in ends:
            await end.close_desks()


class Device:
    """A desk without network, whose clock shows the hour that has just passed."""

    def __init__(self, desk: Desk, cable: Cable, since: datetime) -> None:
        self.desk = desk
        self.cable = cable
        self.since = since
        self.tapped: dict[str, datetime] = {}

    async def mark(self, wanted: Mapping[str, AttendanceStatus], names: Sequence[str]) -> None:
        for name in names:
            at = self.since + timedelta(seconds=3_600 * STUDENTS.index(name) // len(STUDENTS))
            await self.desk.page.clock.set_fixed_time(at)
            self.tapped[name] = at
            await self.desk.mark(name, WORDS[wanted[name]])

    async def waits(self, count: int) -> None:
        await self.desk.sees_connection(f"Offline, {count} changes wait")

    async def keeps(self, count: int) -> bool:
        """Whether so many acts lie in the storage of the browser."""
        name = await self.desk.page.evaluate(VAULT)
        return bool(await self.desk.page.evaluate(KEPT_ACTS, name) == count)

    async def fill_storage(self) -> None:
        await self.desk.page.evaluate(FULL)

    async def open_again(self, tab: Desk, sheet: LiveSheet, count: int) -> None:
        self.desk = tab
        await tab.open(f"/sheets/{sheet.id}")
        await expect(tab.row(STUDENTS[0])).to_be_visible()
        await self.waits(count)

    async def go_online(self) -> None:
        await self.desk.page.clock.set_fixed_time(datetime.now(UTC))
        await self.cable.plug()
        await self.desk.context.set_offline(False)
        await self.desk.sees_connection("Live")
        # All acts go out in one request, and each of them is a transaction of its own.
        await expect(self.desk.page.locator(".row.waiting")).to_have_count(0, timeout=60_000)


async def test_an_hour_without_network_on_two_devices_loses_and_doubles_nothing(
    cabled: list[tuple[Hall, Cable]], world: World, sheet: LiveSheet
) -> None:
    tom = await world.staff(Permission.OWNER, first_name="Tom")
    (her_hall, her_cable), (his_hall, his_cable) = cabled
    office, phone = await her_hall.signed_in(world, sheet.olga), await his_hall.signed_in(world, tom, PHONE)
    since = datetime.now(UTC).replace(microsecond=0) - HOUR
    devices = []
    for desk, cable in ((office, her_cable), (phone, his_cable)):
        await desk.open(f"/sheets/{sheet.id}")
        await desk.sees_connection("Live")
        await desk.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await until(lambda desk=desk: desk.keeps(f"sheet {sheet.id}"), 10)  # type: ignore[misc]
        await desk.context.set_offline(True)
        await cable.unplug()
        await desk.sees_connection("Offline")
        devices.append(Device(desk, cable, since))
    olgas, toms = devices
    # They differ about every third student.
    hers = {name: PRESENT if number % 2 else ABSENT for number, name in enumerate(STUDENTS)}
    differing = STUDENTS[::3]
    his = hers | {name: ABSENT if hers[name] is PRESENT else PRESENT for name in differing}
    third, half = len(STUDENTS) // 3, len(STUDENTS) // 2

    await olgas.mark(hers, STUDENTS[:third])
    await office.page.reload()
    await olgas.waits(third)
    await olgas.mark(hers, STUDENTS[third : 2 * third])
    await until(lambda: olgas.keeps(2 * third), 10)
    await olgas.fill_storage()
    await olgas.mark(hers, STUDENTS[2 * third :])
    await olgas.waits(len(STUDENTS))
    assert await olgas.keeps(2 * third), "the page alone has the others"
    await toms.mark(his, STUDENTS[:half])
    await toms.waits(half)
    await phone.page.close()
    await toms.open_again(await his_hall.tab(phone.context), sheet, half)
    await toms.mark(his, STUDENTS[half:])
    assert Counter(change.actor_id for change in await changes(sheet)) == {}

    await olgas.go_online()
    assert await statuses(sheet) == hers
    await toms.go_online()
    questions = toms.desk.page.locator(".conflict")
    await expect(questions).to_have_count(len(differing))
    await toms.desk.open("/days/2026-11-16")
    undecided = toms.desk.page.get_by_text(f"{len(differing)} changes of yours were not saved.")
    await undecided.get_by_role("link").click()
    await expect(questions).to_have_count(len(differing))
    await expect(undecided).to_have_count(0)
    assert await statuses(sheet) == hers, "nothing of a conflict is saved before somebody has decided"
    await olgas.desk.page.clock.set_fixed_time(datetime.now(UTC))
    stands = dict(hers)
    for number, name in enumerate(differing):
        question = questions.filter(has_text=name)
        value, who = (his[name], "by you") if number % 2 else (hers[name], "by Olga Staff")
        await question.get_by_label(f"{WORDS[value]} {who}").check()
        await toms.desk.tap("Save", question)
        stands[name] = value
    await expect(questions).to_have_count(0)
    await expect(toms.desk.page.locator(".row.waiting")).to_have_count(0)

    assert await statuses(sheet) == stands
    for device in devices:
        rows = device.desk.page.locator(".row .how")
        await expect(rows).to_contain_text([f"{WORDS[stands[name]]} · " for name in STUDENTS])
        assert await device.keeps(0)
    made = await changes(sheet)
    decided = len(differing) // 2
    assert Counter(change.actor_id for change in made) == {sheet.olga: len(STUDENTS), tom: decided}
    for name, change in zip(STUDENTS, made, strict=False):
        assert abs(change.captured_at - olgas.tapped[name]) < ROUGHLY, (
            "the time of the tap, and nothing in another order"
        )


async def changes(sheet: LiveSheet) -> list[Any]:
    """What was recorded, each once, in the order in which the server did it."""
    found = await sheet.world.rows(models.Change, timeslot_id=sheet.key.timeslot_id)
    return sorted((one for one in found if one.kind is ChangeKind.MARKS), key=lambda one: one.revision)


async def statuses(sheet: LiveSheet) -> dict[str, AttendanceStatus]:
    names = {student_id: name for name, student_id in sheet.students.items()}
    return {names[row.student_id]: AttendanceStatus(row.status) for row in await sheet.world.rows(models.Mark)}
