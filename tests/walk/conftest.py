"""What the walks share."""

import logging
from collections.abc import Iterator

import pytest

from tests.support.written_logs import quieted


@pytest.fixture
def quiet() -> Iterator[None]:
    with quieted(logging.WARNING):
        yield
