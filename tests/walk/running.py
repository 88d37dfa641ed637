"""Runs a state machine as a test, over a database of its own."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from tests.support.sizes import SEED
from tests.walk.system import running

_CHECKS = list(HealthCheck)


def walk(
    machine: Any,
    servers: Servers,
    template: str,
    *,
    examples: int,
    steps: int,
    running: Callable[[str], AbstractAsyncContextManager[Any]] = running,
    repeats: bool = True,
) -> None:
    """Walk so many examples with at most so many steps each. A difference is shrunk to the shortest walk that shows
    it, and printed as a program.

    template -- the name of a database with the whole schema, and empty
    machine -- a state machine with the class attributes `loop`, `system`, `database_url`, `steps` and `answers`
    running -- gives, for the address of a database, the system that is driven
    repeats -- whether the same steps lead to the same; else a difference is not shrunk
    """
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=SEED is None,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if repeats else [Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=_CHECKS,
    )

    def begin() -> Any:
        return machine()

    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    machine.loop, machine.steps = loop, 0
    try:
        machine.database_url = loop.run_until_complete(
            stack.enter_async_context(scratch_database(servers.database_url, template))
        )
        machine.system = loop.run_until_complete(stack.enter_async_context(running(machine.database_url)))
        started: Any = begin if SEED is None else hypothesis.seed(SEED)(begin)
        run_state_machine_as_test(started, settings=chosen)
    finally:
        loop.run_until_complete(stack.aclose())
        loop.close()
        print(f"{machine.steps} steps walked", *sorted(machine.answers.items()), sep="\n")
