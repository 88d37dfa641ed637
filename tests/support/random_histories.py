"""Random histories for a check of pure rules, which takes less time for one than Hypothesis takes to draw it."""

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Act = TypeVar("Act")


def every_history(
    check: Callable[..., None], acts: Sequence[Act], count: int, *, lengths: range, **given: Sequence[Any]
) -> None:
    """Check this many histories, which are the same in each run. A failure shows a history that needs all its acts.

    check -- is called with a list of acts, and with one of the values of each of `given`
    acts -- one that stands there twice is drawn twice as often
    """
    for seed in range(count):
        dice = random.Random(seed)
        history = dice.choices(acts, k=dice.choice(lengths))
        values = {name: dice.choice(among) for name, among in given.items()}
        fault = _fault(check, history, values)
        if fault is not None:
            history, fault = _shortest(check, history, values, fault)
            fault.add_note(f"The acts are {history} and the values {values}.")
            raise fault


def _fault(check: Callable[..., None], history: list[Act], values: dict[str, Any]) -> Exception | None:
    try:
        check(history, **values)
    except Exception as fault:
        return fault
    return None


def _shortest(
    check: Callable[..., None], history: list[Act], values: dict[str, Any], fault: Exception
) -> tuple[list[Act], Exception]:
    """Leave out acts, one by one and from the end, as long as the check fails without them."""
    position = len(history)
    while position:
        position -= 1
        without = history[:position] + history[position + 1 :]
        failed = _fault(check, without, values)
        if failed is not None:
            history, fault, position = without, failed, len(without)
    return history, fault
