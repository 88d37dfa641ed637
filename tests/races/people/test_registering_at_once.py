"""R13.4: two desks register one family in the same moment, and the second is told of the first."""

from functools import partial

from attendance.actions.people.register_family import Registration, WantedPlace, register_family
from attendance.rules.enrollments.enrollment_refusals import OfferingFull
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.duplicates import PossibleDuplicates
from attendance.rules.people.people_refusals import GuardianEmailTaken
from attendance.rules.people.registering import NewFamily, NewGuardian, NewStudent
from attendance.rules.vocabulary import EnrollmentType, Permission
from db import models
from db.engine import Database
from db.unit_of_work import UnitOfWork
from tests.support.at_once import committed_at_once, kinds_of
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer


async def _register(viewer: Viewer, new: Registration, uow: UnitOfWork) -> None:
    await register_family(uow, viewer, new, now=DURING_CLASS)


async def test_R13_4_one_of_several_desks_registers_and_the_others_are_told(database: Database, world: World) -> None:
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    for number in range(SIZES.long_race_rounds):
        new = Registration(NewFamily("Cook", phone=f"512 555 {number:04}"), (), ())
        acts = [partial(_register, viewer, new) for _ in range(3)]
        refused = kinds_of(await committed_at_once(database, world, *acts))
        assert (refused.count(None), refused.count(PossibleDuplicates)) == (1, 2)
    assert await world.count(models.Family) == SIZES.long_race_rounds


async def test_R13_4_the_last_place_and_an_address_go_once(database: Database, world: World) -> None:
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    for number in range(SIZES.long_race_rounds):
        lesson, other = await world.weekly_class(capacity=1), await world.weekly_class()
        guardian = NewGuardian("Gil", "Cook", f"gil{number}@example.com")
        # Each asks for both classes, in another order.
        wanted = tuple(
            WantedPlace(each.offering_id, EnrollmentType.ACTIVE, MONDAY, timeslot_id=each.timeslot_id)
            for each in (other, lesson)
        )
        new = [
            Registration(NewFamily("A"), (), ((NewStudent("Ann", "A"), wanted),), despite_duplicates=True),
            Registration(NewFamily("B"), (), ((NewStudent("Ben", "B"), wanted[::-1]),), despite_duplicates=True),
            Registration(NewFamily("C"), (guardian,), (), despite_duplicates=True),
            Registration(NewFamily("D"), (guardian,), (), despite_duplicates=True),
        ]
        acts = [partial(_register, viewer, each) for each in new]
        refused = kinds_of(await committed_at_once(database, world, *acts))
        assert (refused[:2].count(None), refused[:2].count(OfferingFull)) == (1, 1)
        assert (refused[2:].count(None), refused[2:].count(GuardianEmailTaken)) == (1, 1)
