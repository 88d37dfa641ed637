"""Random walks over marks, places, settings and the clock, compared with a model of the rules after every step.

    make test ARGS=tests/walk                                      # the short walk, always the same
    ROLLBOOK_TEST_SEED=7 make test-all ARGS="tests/walk -s"        # a few thousand other steps

Each example is an organization with five roll sheets, walked for 50 steps at most. A difference is shrunk to the
shortest walk that shows it, and printed as a program.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.migrate import upgrade
from tests.support.sizes import SEED, SIZES
from tests.walk.machine import Walk
from tests.walk.system import running

STEPS = 50
SETTINGS = settings(
    max_examples=SIZES.walks,
    stateful_step_count=STEPS,
    derandomize=SEED is None,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of requests would bury the difference."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.configure(**before)


@pytest.mark.timeout(0)
@pytest.mark.usefixtures("quiet")
def test_random_walk_through_the_api_agrees_with_the_rules(servers: Servers) -> None:
    """R2.9, R3.1 to R3.3, R4.1 to R4.13, R7.3 to R7.7, R10.1, R10.2: no difference after any step."""
    loop = asyncio.new_event_loop()
    Walk.loop, Walk.steps = loop, 0
    scratch = scratch_database(servers.database_url)
    url = loop.run_until_complete(scratch.__aenter__())
    try:
        loop.run_until_complete(upgrade(url))
        system = running(url)
        Walk.system = loop.run_until_complete(system.__aenter__())
        try:
            walk: Any = _walk if SEED is None else hypothesis.seed(int(SEED))(_walk)
            run_state_machine_as_test(walk, settings=SETTINGS)
        finally:
            loop.run_until_complete(system.__aexit__(None, None, None))
    finally:
        loop.run_until_complete(scratch.__aexit__(None, None, None))
        loop.close()
        print(f"{Walk.steps} steps walked", *sorted(Walk.answers.items()), sep="\n")
    assert Walk.answers.keys() >= {"MARKS", "TOKENS", "ROSTER"}


def _walk() -> Walk:
    return Walk()
