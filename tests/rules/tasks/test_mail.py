"""R9.8: when a message is tried again."""

import pytest

from attendance.rules.tasks.mail import wait_before_retry


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 4), (3, 16), (4, 64), (5, 256), (6, 360), (7, 360), (8, None), (9, None)]
)
def test_R9_8_each_wait_is_four_times_the_one_before_and_the_eighth_attempt_is_the_last(
    attempts: int, minutes: int | None
) -> None:
    wait = wait_before_retry(attempts)
    assert (None if wait is None else wait.total_seconds() / 60) == minutes
