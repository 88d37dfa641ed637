"""The hub hands each change once to everybody who has the roll sheet open, whatever happens to the wake-ups."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.engine import Database
from db.feed import current_positions
from db.roster.roll_sheet_changes import RollSheet
from db.wake_ups import FeedGrew, RollSheetChanged, TokenRunArmed
from gql.live.hub import Hub, feed_of
from gql.live.watcher import Watcher
from tests.support.factories import LONG_AGO, MONDAY, World

PAGE = 3
SHEET = RollSheet(UUID(int=1), OccurrenceKey(UUID(int=2), date(2026, 11, 16)))


@dataclass(frozen=True)
class Numbered:
    revision: int


@dataclass
class History:
    """What a database would hold of one roll sheet, and how often it was read."""

    changes: list[Numbered] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    failures: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    @property
    def revision(self) -> int:
        return self.changes[-1].revision if self.changes else 0

    def commit(self, count: int = 1) -> RollSheetChanged:
        for _ in range(count):
            self.changes.append(Numbered(self.revision + 1))
        return wake_up(self.revision)

    async def read(self, _: RollSheet, after: int) -> Sequence[Numbered]:
        self.reads.append(after)
        found = [change for change in self.changes if change.revision > after][:PAGE]
        await self.may_answer.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        return found


def wake_up(revision: int, sheet: RollSheet = SHEET) -> RollSheetChanged:
    return RollSheetChanged(sheet.organization_id, sheet.key.timeslot_id, sheet.key.held_on, revision)


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
async def hub(history: History, database: Database) -> AsyncIterator[Hub[Numbered]]:
    hub = Hub[Numbered](database, history.read, page=PAGE, capacity=8)
    yield hub
    await hub.close()


async def take(watcher: Watcher[Numbered], count: int) -> list[int | None]:
    async with asyncio.timeout(5):
        taken = [await watcher.take() for _ in range(count)]
    return [None if change is None else change.revision for change in taken]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_R10_1_one_read_serves_all_watchers_of_a_sheet(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as first, hub.watch(SHEET) as second:
        for watcher in (first, second):
            hub.follow(SHEET, watcher, 0)
        hub.heard(history.commit())
        assert await take(first, 1) == [1]
        assert await take(second, 1) == [1]
    assert history.reads == [0]


async def test_R10_1_wake_ups_out_of_order_and_doubled_give_each_change_once(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        history.commit(3)
        for revision in (3, 1, 2, 3, 1):
            hub.heard(wake_up(revision))
            await settle()
        assert await take(watcher, 3) == [1, 2, 3]
        hub.heard(history.commit())
        assert await take(watcher, 1) == [4]


async def test_R10_2_a_change_between_registering_and_reading_the_state_is_not_lost(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as watcher:
        seen = history.revision
        hub.heard(history.commit())
        await settle()
        hub.follow(SHEET, watcher, seen)
        assert await take(watcher, 1) == [1]


async def test_R10_2_a_watcher_that_was_overtaken_by_another_gets_what_lies_between(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as slow, hub.watch(SHEET) as fast:
        seen_by_slow = history.revision
        hub.heard(history.commit(2))
        hub.follow(SHEET, fast, history.revision)
        await settle()
        hub.follow(SHEET, slow, seen_by_slow)
        assert await take(slow, 2) == [1, 2]
        assert await take(fast, 2) == [1, 2]


async def test_R10_2_being_overtaken_while_the_hub_reads_loses_nothing(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as slow, hub.watch(SHEET) as fast:
        history.commit(2)
        hub.follow(SHEET, fast, 2)
        history.may_answer.clear()
        hub.heard(history.commit())
        await settle()
        hub.follow(SHEET, slow, 0)
        history.may_answer.set()
        assert await take(slow, 3) == [1, 2, 3]


async def test_R10_2_a_watcher_that_was_overtaken_gets_what_was_queued_meanwhile_in_its_order(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as slow, hub.watch(SHEET) as fast, hub.watch(SHEET) as slower:
        history.commit(2)
        hub.follow(SHEET, fast, 2)
        hub.heard(history.commit())
        assert await take(fast, 1) == [3]
        hub.follow(SHEET, slow, 1)
        assert await take(slow, 2) == [2, 3]
        hub.follow(SHEET, slower, 0)
        assert await take(slower, 3) == [1, 2, 3]


async def test_R10_2_a_later_watcher_starts_without_what_was_handed_out_before(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as first:
        hub.follow(SHEET, first, 0)
        hub.heard(history.commit(2))
        assert await take(first, 2) == [1, 2]
        with hub.watch(SHEET) as second:
            hub.follow(SHEET, second, 2)
            hub.heard(history.commit())
            assert await take(second, 1) == [3]
    assert history.reads == [0, 2]


async def test_R10_2_many_changes_are_read_page_by_page(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        hub.heard(history.commit(7))
        assert await take(watcher, 7) == [1, 2, 3, 4, 5, 6, 7]


async def test_R10_2_a_database_that_is_away_is_asked_again(hub: Hub[Numbered], history: History) -> None:
    history.failures = 2
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        hub.heard(history.commit())
        assert await take(watcher, 1) == [1]
    assert history.reads == [0, 0, 0]


async def test_R16_1_changes_that_wait_from_before_a_restore_are_not_added_to_a_state_read_after_it(
    history: History, database: Database
) -> None:
    hub = Hub[Numbered](database, history.read, page=PAGE, history_in=lambda _: "before")
    with hub.watch(SHEET) as before, hub.watch(SHEET) as after:
        hub.follow(SHEET, before, 0, "before")
        hub.heard(history.commit())
        assert await take(before, 1) == [1]
        hub.follow(SHEET, after, 0, "after")
        assert await take(after, 1) == [None]
    await hub.close()


async def test_R16_1_changes_that_were_read_before_a_restore_are_not_added_to_a_state_read_after_it(
    history: History, database: Database
) -> None:
    hub = Hub[Numbered](database, history.read, page=PAGE, history_in=lambda _: "before")
    with hub.watch(SHEET) as before, hub.watch(SHEET) as after:
        history.commit(2)
        hub.follow(SHEET, before, 2, "before")
        history.may_answer.clear()
        hub.heard(history.commit())
        await settle()
        hub.follow(SHEET, after, 2, "after")
        history.may_answer.set()
        assert await take(before, 1) == [3]
        assert await take(after, 1) == [None]
    await hub.close()


async def test_R10_5_a_full_queue_is_dropped_and_the_state_stands_for_it(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as stuck, hub.watch(SHEET) as quick:
        hub.follow(SHEET, stuck, 0)
        hub.follow(SHEET, quick, 0)
        for revision in range(1, 12):
            hub.heard(history.commit())
            assert await take(quick, 1) == [revision]
        assert await take(stuck, 1) == [None]
        hub.heard(history.commit())
        assert await take(stuck, 1) == [12]


async def test_a_wake_up_for_a_revision_that_nobody_committed_is_harmless(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        hub.heard(wake_up(99))
        await settle()
        hub.heard(history.commit())
        assert await take(watcher, 1) == [1]
    assert history.reads == [0, 0]


async def test_R10_2_what_is_committed_while_the_hub_looks_for_what_nobody_committed_is_not_lost(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        history.may_answer.clear()
        hub.heard(wake_up(99))
        await settle()
        hub.heard(history.commit())
        history.may_answer.set()
        assert await take(watcher, 1) == [1]
    assert history.reads == [0, 0]


async def test_R10_2_a_history_with_a_hole_is_not_told_as_if_it_had_none(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        history.changes = [Numbered(3), Numbered(4)]
        hub.heard(wake_up(4))
        assert await take(watcher, 1) == [None]
        hub.heard(history.commit())
        assert await take(watcher, 1) == [5]


async def test_wake_ups_for_sheets_that_nobody_watches_cost_no_read(hub: Hub[Numbered], history: History) -> None:
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
    hub.heard(history.commit())
    await settle()
    assert history.reads == []


async def test_a_hub_hears_of_roll_sheets_alone(hub: Hub[Numbered], history: History) -> None:
    armed = TokenRunArmed(uuid4(), uuid4(), MONDAY, "AFTER_CLASS", LONG_AGO)  # type: ignore[arg-type]
    with hub.watch(SHEET) as watcher:
        hub.follow(SHEET, watcher, 0)
        for wake_up in (armed, history.commit()):
            hub.heard(wake_up)
        assert await take(watcher, 1) == [1]


async def test_R10_2_comparing_finds_what_no_wake_up_told_of(
    hub: Hub[Numbered], history: History, world: World
) -> None:
    lesson = await world.weekly_class()
    sheet = RollSheet(world.organization_id, lesson.key())
    await world.occurrence(lesson.timeslot_id, revision=2)
    with hub.watch(sheet) as watcher:
        hub.follow(sheet, watcher, 0)
        history.commit(2)
        await hub.compare()
        assert await take(watcher, 2) == [1, 2]


async def test_R10_2_a_database_restored_to_an_earlier_state_starts_everybody_anew(
    hub: Hub[Numbered], history: History, world: World
) -> None:
    lesson = await world.weekly_class()
    sheet = RollSheet(world.organization_id, lesson.key())
    await world.occurrence(lesson.timeslot_id, revision=1)
    with hub.watch(sheet) as watcher:
        hub.follow(sheet, watcher, 5)
        await hub.compare()
        assert await take(watcher, 1) == [None]
        history.commit(2)
        hub.heard(wake_up(2, sheet))
        assert await take(watcher, 1) == [2]


async def test_R10_2_whoever_opens_a_sheet_of_a_restored_database_tells_the_others(
    hub: Hub[Numbered], history: History
) -> None:
    history.commit(5)
    with hub.watch(SHEET) as early:
        hub.follow(SHEET, early, 5)
        del history.changes[3:]
        with hub.watch(SHEET) as late:
            hub.follow(SHEET, late, 3)
            assert await take(early, 1) == [None]
            hub.heard(history.commit(3))
            assert await take(early, 3) == [4, 5, 6]


def feed_hub(database: Database, history: History) -> Hub[Numbered]:
    return Hub[Numbered](database, history.read, current_positions, feed_of, page=PAGE, capacity=8)


async def test_R10_3_a_wake_up_without_a_number_is_worth_one_look(database: Database, history: History) -> None:
    hub, own = feed_hub(database, history), SHEET.organization_id
    with hub.watch(own) as watcher:
        hub.heard(FeedGrew(own))
        hub.follow(own, watcher, 0)
        await settle()
        history.commit(2)
        hub.heard(FeedGrew(own))
        assert await take(watcher, 2) == [1, 2]
        hub.heard(wake_up(77))
        await settle()
        hub.heard(FeedGrew(UUID(int=9)))
        await settle()
    assert history.reads == [0, 0, 2]
    await hub.close()


async def test_R10_3_what_is_committed_while_the_hub_reads_is_read_after_it(
    database: Database, history: History
) -> None:
    hub, own = feed_hub(database, history), SHEET.organization_id
    for is_empty in (True, False):
        with hub.watch(own) as watcher:
            hub.follow(own, watcher, history.revision)
            if not is_empty:
                history.commit()
            history.may_answer.clear()
            hub.heard(FeedGrew(own))
            await settle()
            history.commit()
            hub.heard(FeedGrew(own))
            await settle()
            history.may_answer.set()
            expected = [history.revision] if is_empty else [history.revision - 1, history.revision]
            assert await take(watcher, len(expected)) == expected
    await hub.close()


async def test_R10_3_more_than_a_page_is_read_to_the_end(database: Database, history: History) -> None:
    hub, own = feed_hub(database, history), SHEET.organization_id
    with hub.watch(own) as watcher:
        hub.follow(own, watcher, 0)
        history.commit(7)
        hub.heard(FeedGrew(own))
        assert await take(watcher, 7) == [1, 2, 3, 4, 5, 6, 7]
        history.failures = 1
        history.commit(4)
        hub.heard(FeedGrew(own))
        assert await take(watcher, 4) == [8, 9, 10, 11]
    await hub.close()


async def test_R10_5_what_a_watcher_does_not_want_takes_no_place_in_its_queue(
    hub: Hub[Numbered], history: History
) -> None:
    with hub.watch(SHEET, lambda change: change.revision % 20 == 0) as choosy, hub.watch(SHEET) as other:
        for watcher in (choosy, other):
            hub.follow(SHEET, watcher, 0)
        hub.heard(history.commit(40))
        assert await take(choosy, 2) == [20, 40]
        assert await take(other, 1) == [None]
