"""R7.4 on real connections: any story of marks, runs, makeups, deletions, cancellations and crashes ends in the tokens
of one run at the end. Tokens tied to a makeup and deleted ones stay what they are, and the former say whether they are
to be reviewed.

    make test ARGS=tests/actions/test_makeup_tokens_in_any_order.py          # a few stories, always the same
    ROLLBOOK_TEST_SEED=7 make test-all ARGS=...                              # many others

A crash is a transaction that is broken off before one of its statements; and since nobody is listening here, each
commit is followed by the loss of its wake-ups.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.rules.vocabulary import Portal
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import Database, create_engine
from tests.actions.token_story import NAMES, Story, new_story, tokens_of_one_run
from tests.support.audit import assert_sound
from tests.support.factories import new_world
from tests.support.sizes import SEED, SIZES
from tests.support.token_audit import audit, holdings

EVER = datetime(2026, 1, 1, tzinfo=UTC)
"""Before anything expires: each unused token must have its absence."""
SETTINGS = settings(
    max_examples=SIZES.stories,
    derandomize=SEED is None,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
Told: TypeAlias = tuple[str, int, str, Any, int | None]
Tell: TypeAlias = Callable[[list[Told], dict[str, Any], Callable[[Story], Coroutine[Any, Any, None]]], Story]

WHICH = st.sampled_from([0, 0, 1])
NAME = st.sampled_from(["Ann", "Ann", *NAMES])
STATUS = st.sampled_from([None, "PRESENT", "ABSENT", "ABSENT", "ABSENT", "EXCUSED_ABSENCE"])
SUBMITTED = st.tuples(st.sampled_from([Portal.OFFICE, Portal.STAFF]), STATUS, st.sampled_from([None, None, "ABSENT"]))
CRASH = st.sampled_from([None] * 9 + [2, 6, 10, 14, 18, 22])
PHASES = st.sampled_from(["AFTER_CLASS", "END_OF_DAY"])
SWITCHES = st.sampled_from(["office_check_in_mode", "staff_check_in_mode"])


def _acts(act: str, given: st.SearchStrategy[Any]) -> st.SearchStrategy[Told]:
    return st.tuples(st.just(act), WHICH, NAME, given, CRASH)


MARKS = (
    _acts("submit", SUBMITTED) | _acts("submit", SUBMITTED) | _acts("submit", SUBMITTED) | _acts("check in", st.none())
)
OTHERS = (
    _acts("run", PHASES)
    | _acts("sweep", st.none())
    | _acts("wait", st.none())
    | _acts("delete", st.none())
    | _acts("cancel", st.booleans())
    | _acts("restore", st.none())
    | _acts("restore", st.none())
    | _acts("redeem", st.none())
    | _acts("redeem", st.none())
    | _acts("reset", st.none())
    | _acts("switch", SWITCHES)
)
STORY = st.lists(MARKS | MARKS | OTHERS, min_size=12, max_size=28)


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def tell(servers: Servers, template_database: str, loop: asyncio.Runner) -> Iterator[Tell]:
    """Tells a story to a new organization, and looks at its tokens after every act; all are in one database."""
    scratch = scratch_database(servers.database_url, template_database)
    url = loop.run(scratch.__aenter__())
    database = Database(create_engine(url, pool_size=3))
    engine = create_engine(url, role=None, pool_size=1)
    owner = loop.run(engine.execution_options(isolation_level="AUTOCOMMIT").connect().__aenter__())

    async def tell_all(acts: list[Told], values: dict[str, Any], check: Any) -> Story:
        story = await new_story(await new_world(owner), database, **values)
        for act in acts:
            await story.tell(*act)
            await check(story)
        await story.end()
        return story

    yield lambda acts, values, check: loop.run(tell_all(acts, values, check))
    loop.run(owner.close())
    loop.run(engine.dispose())
    loop.run(database.close())
    loop.run(scratch.__aexit__(None, None, None))


def _explore(check: Any, **strategies: st.SearchStrategy[Any]) -> None:
    explored = SETTINGS(given(**strategies)(check))
    (explored if SEED is None else hypothesis.seed(int(SEED))(explored))()


async def _no_token_without_ground(story: Story) -> None:
    world = story.sheets[0].world
    found = await holdings(world.owner, world.organization_id, earning=story.earning)
    assert not found.unearned(), story.told


@pytest.mark.timeout(0)
def test_R7_4_any_story_ends_in_the_tokens_of_one_run(tell: Tell, loop: asyncio.Runner) -> None:
    def check(acts: list[Told], trigger: str) -> None:
        story = tell(acts, {"token_trigger": trigger}, _no_token_without_ground)
        loop.run(_assert_as_after_one_run(story))

    _explore(check, acts=STORY, trigger=st.sampled_from(["ALL_ABSENCES", "ALL_ABSENCES", "EXCUSED_ONLY"]))


async def _assert_as_after_one_run(story: Story) -> None:
    world = story.sheets[0].world
    found = await audit(world.owner, world.organization_id, earning=story.earning)
    assert not found.missing(), story.told
    assert not found.unearned(), story.told
    assert not found.faults, (found.faults, story.told)
    await assert_sound(world, now=EVER)
    for sheet in story.sheets:
        kept = {name: token for name, token in (await story.tokens(sheet)).items() if token != "tied"}
        one_run = await tokens_of_one_run(story, sheet)
        tied = {name for name, token in (await story.tokens(sheet)).items() if token == "tied"}
        assert kept == {name: token for name, token in one_run.items() if name not in tied}, story.told


@pytest.mark.timeout(0)
def test_R7_6_any_story_keeps_to_the_limit_and_fills_it(tell: Tell, loop: asyncio.Runner) -> None:
    """The order of the runs decides which of two absences has the one token of the month: no story leads to a second,
    and a run at the end leaves nobody without who may have it, and takes none away.
    """

    def check(acts: list[Told], backwards: bool) -> None:
        story = tell(acts, {"token_limit": 1}, _within_limit)
        loop.run(_assert_filled(story, backwards))

    _explore(check, acts=STORY, backwards=st.booleans())


async def _within_limit(story: Story) -> None:
    await _no_token_without_ground(story)
    assert all(count <= 1 for count in (await _counted(story)).values()), story.told


async def _counted(story: Story) -> Counter[UUID]:
    """A deleted one counts: the absence did earn it."""
    tokens = await story.sheets[0].tokens()
    return Counter(each.student_id for each in tokens if each.revoked_at is None and each.origin == "ABSENCE")


async def _assert_filled(story: Story, backwards: bool) -> None:
    world = story.sheets[0].world
    before = await audit(world.owner, world.organization_id)
    await story.run_all(backwards=backwards)
    await _within_limit(story)
    found, counted = await audit(world.owner, world.organization_id), await _counted(story)
    assert before.held.keys() <= found.held.keys(), story.told
    assert all(counted[absence.student_id] == 1 for absence in found.missing()), story.told
    assert not found.faults, (found.faults, story.told)
    await assert_sound(world, now=EVER)
