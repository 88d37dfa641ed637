"""A test that hangs is ended, also when its time is over in the middle of a task that nobody waits for."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress

import pytest

from tests.support.hangs import OutOfTimeError


async def wait_for_nothing() -> None:
    """Long enough for the failure to be missed, where it is lost."""
    await asyncio.sleep(1)


async def in_a_task() -> None:
    async def interrupted() -> None:
        signal.raise_signal(signal.SIGALRM)

    task = asyncio.create_task(interrupted())
    await wait_for_nothing()
    await task


async def in_a_callback() -> None:
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGALRM)
    await wait_for_nothing()


async def in_a_group() -> None:
    with suppress(BaseExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(in_a_callback())
            group.create_task(in_a_task())
    await wait_for_nothing()


async def in_the_loop_itself() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    await wait_for_nothing()


@pytest.mark.parametrize("hang", [in_a_task, in_a_callback, in_a_group, in_the_loop_itself])
@pytest.mark.timeout(5)
def test_a_hanging_test_is_ended(hang: Callable[[], Coroutine[object, object, None]]) -> None:
    with asyncio.Runner() as runner:
        # It would print what a task has raised that is not awaited.
        runner.get_loop().set_exception_handler(lambda *_: None)
        with pytest.raises(OutOfTimeError, match="Timeout"):
            runner.run(hang())
