"""Load code while the garbage collector is paused."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Pause the collector in the block, and afterwards exempt all objects of the process from collection.

    The code and the schema are several hundred thousand objects that are never freed. Visiting them while they are
    created takes a fifth of the start-up time, and visiting them in a later full collection blocks all requests for a
    tenth of a second. The price is that the garbage created until then is never freed: less than 10,000 objects.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
