"""A business is founded in production and run for a year, through the public API and the command line alone.

make test ARGS=tests/year                                  # a small business, and few weeks
make test-all ARGS=tests/year                              # 200 classes and 3,000 students; it shows how far it is
ROLLBOOK_TEST_SEED=7 make test-all ARGS=tests/year         # another year
"""

import ast
from pathlib import Path

import pytest

from tests.support.sizes import SEED as GIVEN_SEED
from tests.year.building import build, close
from tests.year.business import Business, opened
from tests.year.changing import change_the_timetable
from tests.year.days import Days, launch_kiosks
from tests.year.founding import found, invite_staff
from tests.year.makeups import book_a_makeup
from tests.year.model import DAY
from tests.year.people import drop, erase, leave, move_a_student, replace_an_instructor
from tests.year.plan import FOUNDED_AT, WHOLE, YEAR
from tests.year.reckoning import audit_is_clean, reports_add_up, sheets_read_as_taken, tokens_are_right
from tests.year.registering import Register, draw, invite_guardian, register, welcome
from tests.year.snow import cancel_a_snow_week
from tests.year.terms import carry_over

SEED = 1 if GIVEN_SEED is None else GIVEN_SEED


@pytest.mark.own_database
@pytest.mark.timeout(0)
async def test_R12_1_a_business_is_founded_and_run_for_a_year(
    database_url: str, redis_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with opened(database_url, redis_url, FOUNDED_AT, SEED) as business:
        if YEAR is WHOLE:
            business.showing = capfd.disabled
        business.say(f"the story begins with seed {SEED}")
        await found(business)
        teachers = await invite_staff(business, YEAR.teachers)
        await build(business, teachers)
        business.say(f"{len(business.model.courses)} classes, camps and appointments are built")
        await business.look_after_the_database()
        families = await register(business)
        await business.look_after_the_database()
        business.say(f"{len(families.households)} families with {len(families.homes)} students are registered")
        for label, dates in YEAR.closures:
            await close(business, label, dates)
        days = Days(business, families, await launch_kiosks(business))
        await autumn(business, families, days)
        await spring(business, families, days, teachers)
        await days.live(*YEAR.summer)
        for settled in (sheets_read_as_taken, reports_add_up, tokens_are_right, audit_is_clean):
            await settled(business)
            business.say(settled.__name__.replace("_", " "))
        business.say(f"{len(business.model.sheets)} sheets, {len(business.model.tokens)} tokens, {business.told}")


async def autumn(business: Business, families: Register, days: Days) -> None:
    """In mid-term the timetable changes, a family joins, a student leaves a class and another one goes to another."""
    await days.live(YEAR.autumn[0], YEAR.changed_from - DAY)
    await change_the_timetable(business)
    places = business.model.places
    one, second, third, fourth = [each for each in business.model.courses.values() if each.kind == "CLASS"][:4]
    await welcome(business, families, draw(business, 9001, [[one, second], [third]]), YEAR.changed_from)
    await drop(business, places[fourth.id][0], YEAR.changed_from)
    moving = next(each for each in places[one.id] if each.student not in {of.student for of in places[third.id]})
    await move_a_student(business, moving, third, YEAR.changed_from)
    await days.live(YEAR.changed_from, YEAR.booked_on - DAY)
    for family in list(families.households.values())[:6]:
        await invite_guardian(business, family)
        business.told["makeups"] += await book_a_makeup(business, family, YEAR.booked_on)
    await tokens_are_right(business)
    business.say("makeups are booked")
    await days.live(YEAR.booked_on, YEAR.autumn[1])


async def spring(business: Business, families: Register, days: Days, teachers: list[str]) -> None:
    """The classes go on; an instructor is replaced, a family leaves, it snows, and the family is
    erased."""
    await carry_over(business)
    business.say("classes are carried over")
    await days.live(YEAR.spring[0], YEAR.replaced_on - DAY)
    await replace_an_instructor(business, teachers[0], "Nia", YEAR.replaced_on)
    for family in list(families.households.values())[:6]:
        business.told["makeups"] += await book_a_makeup(business, family, YEAR.replaced_on)
    await days.live(YEAR.replaced_on, YEAR.noticed_on)
    leaving = list(families.households.values())[1]
    await leave(business, leaving, YEAR.snowed_in[1])
    await cancel_a_snow_week(business, "Mile High")
    business.say("a week is cancelled")
    await tokens_are_right(business)
    await days.live(YEAR.noticed_on + DAY, YEAR.erased_on - DAY)
    await erase(business, leaving, YEAR.erased_on)
    await days.live(YEAR.erased_on, YEAR.spring[1])


def test_no_step_of_the_year_needs_sql() -> None:
    """Only the business itself is given a database: for the API and the worker. The audit is a command."""
    for path in Path(__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        modules = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.module}
        names = {name.name for each in ast.walk(tree) if isinstance(each, ast.Import) for name in each.names}
        touched = {each for each in modules | names if each.split(".")[0] in ("db", "sqlalchemy", "asyncpg")}
        allowed = {"db.engine", "db.wake_ups"} if path.name == "business.py" else set()
        assert touched <= allowed, (path.name, touched)
        assert not {each for each in modules if each.startswith(("tests.support.factories", "attendance.actions"))}
