"""The dashboard in a real browser, on the real stack."""

from playwright.async_api import expect

from attendance.rules.vocabulary import AttendanceStatus, Permission
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet
from tests.support.viewers import DURING_CLASS


async def test_R10_3_the_dashboard_follows_the_day(hall: Hall, world: World, sheet: LiveSheet) -> None:
    desk = await hall.signed_in(world, sheet.olga, service_workers="block")
    page = desk.page
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    # The dashboard shows the present day.
    await page.clock.set_fixed_time(DURING_CLASS)
    await desk.open("/")
    await expect(page.locator(".occurrence")).to_be_visible()
    assert not any("Dashboard" in url for url in loaded), "the charts are loaded where they are shown"
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Dashboard").click()
    tiles = page.locator(".tiles")
    await expect(tiles).to_contain_text("Here0Absent0Not marked3Students3")
    await expect(page.get_by_text("Nobody has arrived yet.")).to_be_visible()
    await expect(page.get_by_label("Not taken yet")).to_contain_text("Swim 1")
    await expect(page.get_by_text("No attendance was taken in these weeks.")).to_be_visible()
    await desk.sees_connection("Live")
    await sheet.submit(Ann=AttendanceStatus.PRESENT, Ben=AttendanceStatus.ABSENT)
    await expect(tiles).to_contain_text("Here1Absent1Not marked1Students3")
    marks = page.get_by_label("Latest marks")
    await expect(marks).to_contain_text("Swim 1 · by Olga Staff")
    await expect(marks.locator("li", has_text="Ann")).to_contain_text("Present")
    await expect(page.get_by_role("img", name="1 student, came in the five minutes from 5:10 PM")).to_be_visible()
    await sheet.submit(Ann=AttendanceStatus.ABSENT, Cas=AttendanceStatus.PRESENT)
    await expect(marks.locator("li", has_text="Ann")).to_contain_text("Absent")
    await expect(page.get_by_text("Attendance is taken for every class that has begun.")).to_be_visible()
    await desk.without_barriers()
    await page.reload()
    await expect(page.get_by_role("table")).to_contain_text("33%")
    await expect(marks.locator("li")).to_have_count(3)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await desk.without_barriers()


async def test_R15_who_may_not_see_reports_is_shown_none(hall: Hall, world: World, sheet: LiveSheet) -> None:
    tom = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    desk = await hall.signed_in(world, tom, service_workers="block")
    await desk.page.clock.set_fixed_time(DURING_CLASS)
    await desk.open("/dashboard")
    await expect(desk.page.get_by_text("Nobody has arrived yet.")).to_be_visible()
    await expect(desk.page.get_by_text("Attendance rate")).to_have_count(0)
