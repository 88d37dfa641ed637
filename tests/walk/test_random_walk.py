"""Random walks over marks, places, settings and the clock, compared with a model of the rules after every step.

    make test ARGS=tests/walk                                      # the short walk, always the same
    ROLLBOOK_TEST_SEED=7 make test-all ARGS="tests/walk -s"        # a few thousand other steps

Each example is an organization with five roll sheets, walked for 50 steps at most.
"""

import pytest

from commands.servers.start import Servers
from tests.support.sizes import SIZES
from tests.walk.machine import Walk
from tests.walk.running import walk


@pytest.mark.timeout(0)
@pytest.mark.usefixtures("quiet")
def test_random_walk_through_the_api_agrees_with_the_rules(servers: Servers, template_database: str) -> None:
    """R2.9, R3.1 to R3.3, R4.1 to R4.13, R7.3 to R7.7, R10.1, R10.2: no difference after any step."""
    walk(Walk, servers, template_database, examples=SIZES.walks, steps=50)
    assert Walk.answers.keys() >= {"MARKS", "TOKENS", "ROSTER"}
