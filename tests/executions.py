"""A fixture that tells how often events of subscriptions are executed in this process."""

from typing import Any

import pytest

from gql.protocol.answers import Answer
from gql.protocol.streams import Stream


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The events, as they are executed from now on."""
    events: list[object] = []
    execute = Stream.execute

    async def noted(stream: Stream, event: object, *view: Any) -> Answer:
        events.append(event)
        return await execute(stream, event, *view)

    monkeypatch.setattr(Stream, "execute", noted)
    return events
