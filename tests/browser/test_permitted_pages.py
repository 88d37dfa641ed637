"""Pages that a viewer may not use, at typed addresses, in a real browser."""

from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World

FAMILIES, OFFICE_VIEW, SEE_ALL = "Manage families", "See attendance in the office", "See all classes in the office"


async def test_R11_1_a_typed_address_shows_no_form_that_the_viewer_may_not_use(hall: Hall, world: World) -> None:
    coach = await hall.signed_in(
        world, await world.staff(Permission.OFFICE_ATTENDANCE_VIEW), PHONE, service_workers="block"
    )
    page = coach.page
    lacking = page.locator("main li")
    for address, named in (
        ("/families", [FAMILIES, SEE_ALL]),
        ("/families/new", [FAMILIES, SEE_ALL]),
        ("/classes", ["Manage classes and places"]),
        ("/classes/T2Zm", ["Manage classes and places"]),
        ("/classes/new", ["Manage classes and places", SEE_ALL]),
        ("/sessions", ["Manage classes and places"]),
        ("/sessions/U2Vz/carry-over", ["Manage classes and places"]),
        ("/closures", ["Manage classes and places"]),
        ("/programs", ["Manage classes and places"]),
        ("/locations", ["Manage classes and places"]),
        ("/reports", ["See reports"]),
    ):
        await coach.open(address)
        await expect(page.get_by_role("heading", name="You may not use this page")).to_be_visible()
        assert (address, await lacking.all_text_contents()) == (address, named)
        await expect(page.locator("main :is(form, input, select)")).to_have_count(0)
    await coach.without_barriers()
    await page.get_by_label("Pages that you can use").get_by_role("link", name="Dashboard").click()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    # Nothing of attendance is offered to somebody who may not see any, whatever else the person may do.
    office = await world.staff(Permission.OFFICE_SEE_ALL, Permission.MANAGE_PEOPLE, Permission.SEE_REPORTS)
    clerk = await hall.signed_in(world, office, service_workers="block")
    for address in ("/", "/days/2026-11-30", "/dashboard", "/students/U3R1", "/families", "/families/RmFt"):
        await clerk.open(address)
        await expect(clerk.page.locator("main li")).to_have_text([OFFICE_VIEW])
    await expect(clerk.page.get_by_role("button", name="Find a student")).to_have_count(0)
    pages = clerk.page.get_by_role("navigation", name="Pages", exact=True)
    await expect(pages.get_by_role("link")).to_have_text(["Tasks", "Reports"])
