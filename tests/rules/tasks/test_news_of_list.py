"""What a follower of the list of background tasks is told (R9.6), without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from attendance.rules.tasks.background_tasks import TaskFacts, news_of_list
from attendance.rules.vocabulary import TaskKind, TaskState

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


def task(number: int, revision: int = 0) -> TaskFacts:
    return TaskFacts(
        id=UUID(int=number),
        kind=TaskKind.SEND_STATEMENTS,
        state=TaskState.QUEUED,
        revision=revision,
        done=0,
        total=None,
        exceptions=0,
        created_by=None,
        created_at=NOW + timedelta(minutes=number),
        started_at=None,
        ended_at=None,
        error=None,
    )


def told(*tasks: TaskFacts) -> dict[UUID, TaskFacts]:
    return {each.id: each for each in tasks}


def test_R9_6_new_and_changed_tasks_are_told() -> None:
    news = news_of_list(told(task(1), task(2)), [task(3), replace(task(2), revision=4), task(1)], most=10)
    assert ([each.id.int for each in news.changed], news.missing) == ([3, 2], frozenset())
    assert news_of_list(told(task(1)), [task(1)], most=10).changed == ()


def test_R9_6_a_task_that_is_missing_was_deleted() -> None:
    assert news_of_list(told(task(1), task(2)), [task(2)], most=10).missing == {UUID(int=1)}
    assert news_of_list(told(task(1)), [], most=10).missing == {UUID(int=1)}


def test_R9_6_a_task_that_newer_ones_push_out_is_not_missing() -> None:
    news = news_of_list(told(task(1), task(2), task(3)), [task(4), task(2)], most=2)
    assert ([each.id.int for each in news.changed], news.missing) == ([4], frozenset({UUID(int=3)}))
