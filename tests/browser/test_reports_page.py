"""Reports in a real browser: tables, and a file that a background task writes (R15.1)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import AttendanceStatus, Permission
from commands.servers.start import Servers
from db import models
from db.engine import Database
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off


@pytest.mark.emptied_database
async def test_R15_1_reports_are_tables_and_files(
    hall: Hall, world: World, database: Database, servers: Servers, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    day = (now - timedelta(days=3)).date()
    swim, dance = await world.weekly_class(name="Swim"), await world.weekly_class(name="Dance")
    place = (await world.rows(models.Location))[0].name
    for name, lesson, status in (("Ann", swim, "ABSENT"), ("Ben", swim, "PRESENT"), ("Cy", dance, "TARDY")):
        student = await world.student(first_name=name)
        await world.mark(student, lesson.timeslot_id, held_on=day, status=AttendanceStatus(status))
        await world.makeup_token(student)
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), PHONE, service_workers="block")
    page = desk.page
    await desk.open("/reports")
    rows = page.get_by_role("row")
    met = f"{place} · {day:%a} 5:00 PM"
    await expect(rows.nth(1)).to_contain_text(f"Dance{met}100 %")
    await expect(rows.nth(2)).to_contain_text(f"Swim{met}50 %")
    await expect(rows.nth(3)).to_contain_text("All67 %")
    await desk.without_barriers()
    report = page.get_by_label("Report", exact=True)
    await report.select_option("Absences and their makeup tokens")
    await expect(rows.nth(1)).to_contain_text(f"Ann BakerBakerSwim{place} · 5:00 PM")
    await desk.without_barriers()
    await report.select_option("Makeup tokens by student")
    await expect(rows.nth(4)).to_contain_text("All3")
    await report.select_option("Places and who has them")
    await expect(rows.nth(2)).to_contain_text("SwimMon, 5:00 PM")
    await report.select_option("Absences and their makeup tokens")
    await page.get_by_label("To", exact=True).fill("2020-01-01")
    await expect(page.get_by_role("alert")).to_have_text("The first date is after the last one.")
    await page.get_by_label("To", exact=True).fill(now.date().isoformat())
    await expect(rows.nth(1)).to_contain_text("Ann")

    redis = connect_redis(servers.redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    async with page.expect_download() as download:
        await desk.tap("Save as a spreadsheet")
        await expect(page.get_by_label("Writing the file")).to_contain_text("Waiting to begin")
        await work_off(WorkerContext(database, announcer, lambda: datetime.now(UTC)))
    saved = tmp_path / "absences.csv"
    await (await download.value).save_as(saved)
    assert (await download.value).suggested_filename.startswith("absences ")
    text = await asyncio.to_thread(saved.read_text, "utf-8-sig")
    assert text.splitlines()[1] == f"{day},17:00,Swim,{place},Ann Baker,Baker,,ABSENT,no,,"
    await expect(page.get_by_label("Writing the file")).to_have_count(0)
    await announcer.close()
    await redis.aclose()
