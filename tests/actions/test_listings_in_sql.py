"""R2.8: PostgreSQL chooses and orders the occurrences of a page exactly as the rules do."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.rules.calendar.listings import Position
from attendance.rules.vocabulary import AttendanceState, OfferingKind
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import list_occurrences
from db.engine import Database
from tests.support.factories import World
from tests.support.plain_listing import plain_positions
from tests.support.random_catalogue import RandomCatalogue, asking, random_catalogue
from tests.support.sizes import SIZES

_QUESTIONS = 60


def a_filter(made: RandomCatalogue) -> ListingFilter:
    dice = made.dice
    return ListingFilter(
        made.within(),
        kinds=made.some(list(OfferingKind)),
        offering_ids=made.some(made.offerings),
        location_ids=made.some(made.locations),
        program_ids=made.some(made.programs),
        instructor_ids=made.some(made.teachers),
        attendance_states=made.some(list(AttendanceState)),
        search=dice.choice([None, None, None, "swim", "nothing"]),
        include_not_scheduled=made.often(0.5),
        visible_to=dice.choice([*[None] * 4, dice.choice(made.teachers)]),
    )


def a_window(made: RandomCatalogue, among: list[Position]) -> Window:
    """Between two positions of the listing, or beside one of them by a moment."""

    def bound() -> Position | None:
        if not among or made.often(0.5):
            return None
        found = made.dice.choice(among)
        return made.dice.choice([found, found, replace(found, starts_at=found.starts_at + timedelta(hours=1))])

    return Window(made.dice.choice([1, 3, 10, 50, 100]), bound(), bound(), backwards=made.often(0.4))


@pytest.mark.parametrize("seed", range(SIZES.listed_organizations))
async def test_R2_8_pages_are_those_of_the_rules(world: World, database: Database, seed: int) -> None:
    made = await random_catalogue(world, random.Random(seed))
    listed: list[Position] = []
    async with database.read(world.organization_id) as connection:
        for _ in asking(_QUESTIONS, listed, 200):
            chosen = a_filter(made)
            everything, _ = await plain_positions(connection, world.organization_id, chosen, Window(10_000))
            for window in (Window(10_000), a_window(made, everything), a_window(made, everything)):
                expected = await plain_positions(connection, world.organization_id, chosen, window)
                listing = await list_occurrences(connection, world.organization_id, chosen, window)
                assert (list(listing.positions), listing.has_more) == expected, (chosen, window)
                assert [head.key for head in listing.heads] == [each.key for each in listing.positions]
                listed += listing.positions
    assert len(listed) > 200, "the questions find too little to compare"
