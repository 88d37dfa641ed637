"""How long a connection to PostgreSQL waits, and how long what it holds outlives its process (decision 50)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All are seconds. The locks of a process that is frozen, cut off or dead are free after `lock` + `idle` at most.

    lock -- for a lock that another transaction holds
    idle -- between two statements of a transaction, after which the server ends it
    pool -- for a free connection of the pool
    """

    lock: float = 8.0
    idle: float = 7.0
    pool: float = 10.0


# A command computes between its statements for longer than a request does: an import compares whole files.
OF_A_COMMAND = Limits(idle=60.0)
