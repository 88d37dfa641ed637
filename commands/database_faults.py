"""Tells whoever runs a command what is wrong with the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from commands.fault import Fault
from exception_traces import describe


@contextmanager
def database_faults() -> Iterator[None]:
    """Raise Fault when the database does not answer or cannot be read in the block. The text holds no value (R16.4)."""
    try:
        yield
    except OSError as fault:
        raise Fault(f"The database does not answer: {describe(fault)}.") from None
    except DBAPIError as fault:
        raise Fault(f"The database cannot be read; has it been migrated? It says: {describe(fault)}.") from None
