"""A fixture that tells how often events of subscriptions are executed in this process."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gql.protocol.answers import Answer


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The events, as they are executed from now on."""
    from gql.protocol.streams import Stream  # noqa: PLC0415  not for each run, and never in its controller

    events: list[object] = []
    execute = Stream.execute

    async def noted(stream: Stream, event: object, *view: Any) -> "Answer":
        events.append(event)
        return await execute(stream, event, *view)

    monkeypatch.setattr(Stream, "execute", noted)
    return events
