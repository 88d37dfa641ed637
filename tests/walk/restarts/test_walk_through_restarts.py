"""The random walk against real processes that are killed, frozen, cut off and replaced, while subscribers listen and
clients send again with their keys: model, database and every subscriber agree after every step.

    make test ARGS=tests/walk/restarts                                      # a short walk
    ROLLBOOK_TEST_SEED=7 make test-all ARGS="tests/walk/restarts -s"        # some minutes, with other troubles
"""

import pytest

from commands.servers.start import Servers
from tests.support.api_process import RedisServer
from tests.support.sizes import SEED, SIZES
from tests.walk.restarts.machine import RestartWalk
from tests.walk.restarts.running import with_seed
from tests.walk.running import walk


@pytest.mark.timeout(0)
@pytest.mark.usefixtures("quiet")
def test_R10_2_R4_11_the_random_walk_agrees_with_the_rules_through_restarts(
    servers: Servers, template_database: str
) -> None:
    redis = RedisServer()
    redis.start()
    try:
        walk(
            RestartWalk,
            servers,
            template_database,
            examples=SIZES.restarted_walks,
            steps=SIZES.restarted_steps,
            running=with_seed(redis.url, 1 if SEED is None else SEED),
            repeats=False,
        )
    finally:
        redis.kill()
    assert RestartWalk.answers.keys() >= {"MARKS"}
