"""Browsers that several tests use one after the other."""

from playwright.async_api import expect

from tests.support.api_process import until
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet

# What a page can find of those that were there before it.
LEFT = """async () => [
  localStorage.length,
  sessionStorage.length,
  (await indexedDB.databases()).length,
  (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
  document.cookie,
]"""


async def test_a_desk_that_is_used_again_keeps_nothing_of_the_last_person(
    hall: Hall, world: World, sheet: LiveSheet
) -> None:
    desk = await hall.signed_in(world, sheet.olga)
    await desk.open_sheet(sheet.id)
    await desk.page.evaluate("() => { sessionStorage.setItem('left', 'here'); document.cookie = 'left=here'; }")
    await desk.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await until(lambda: desk.keeps(f"sheet {sheet.id}"), 10)
    assert 0 not in await desk.page.evaluate(LEFT)
    await hall.close_desks()
    again = await hall.desk(PHONE)
    assert again is desk
    assert await again.page.evaluate(LEFT) == [0, 0, 0, 0, 0, ""]
    await again.open("/")
    await expect(again.page.get_by_label("Password")).to_be_visible()
    # Whose clock, network or permissions a test has changed is not given to another test.
    await again.page.clock.set_fixed_time(0)
    other = await hall.signed_in(world, sheet.olga)
    await other.context.set_offline(True)
    await hall.close_desks()
    assert {id(again), id(other)}.isdisjoint(map(id, hall.cleared))
