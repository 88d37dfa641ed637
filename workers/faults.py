"""Tells the log of a fault in a worker."""

from typing import Any

from db.passing import passes_after


def tell(log: Any, event: str, fault: BaseException, **facts: object) -> None:
    """Log a fault that may pass as a warning in one line, and a fault of ours as an error with its trace (R16.3)."""
    if passes_after(fault) is None:
        log.error(event, exc_info=fault, **facts)
    else:
        log.warning(event, fault=fault, **facts)
