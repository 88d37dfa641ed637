"""What migrations do on tables that are in use: lock several tables, commit in between, and make indexes (decision 48).

`db.migrate` runs a migration again from its beginning when a lock was not free. So whatever stands before `commit` must
do nothing the second time.
"""

import sqlalchemy as sa
from alembic import context, op

# Who holds a table gives up soon when the next one is not free: a request that waits for the first may have the second.
# Where all requests are slow, 50 ms are never enough, so each attempt waits twice as long as the one before.
_NEXT_TABLE_MILLISECONDS, _LONGEST_MILLISECONDS = 50, 400


def lock_tables(first: str, *others: str, referenced: tuple[str, ...] = ()) -> None:
    """Take all locks of this transaction before anything is changed.

    first -- the busiest table, which is waited for as long as the session's lock_timeout allows. Each further attempt
        begins with the next of the altered tables, for requests that use them in another order
    others -- tables that are altered too
    referenced -- tables that new foreign keys name; whoever reads them does not wait
    """
    attempt = context.config.attributes.get("attempt", 0)
    altered = (first, *others)
    begin = attempt % len(altered)
    begun_with, *next_ones = altered[begin:] + altered[:begin]
    op.execute(f"LOCK TABLE {begun_with} IN ACCESS EXCLUSIVE MODE")
    op.execute(f"SET LOCAL lock_timeout = '{min(_NEXT_TABLE_MILLISECONDS * 2**attempt, _LONGEST_MILLISECONDS)}ms'")
    for table in next_ones:
        op.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    for table in referenced:
        op.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    op.execute("SET LOCAL lock_timeout TO DEFAULT")


def allow_permissions(known: tuple[str, ...]) -> None:
    """Let people and groups hold these permissions and no others."""
    allowed = ", ".join(f"'{permission}'" for permission in known)
    for table in ("person", "permission_group"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_permissions_are_known")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_permissions_are_known CHECK"
            f" (permissions <@ ARRAY[{allowed}]::text[])"
        )


def allow_security_events(kinds: tuple[str, ...]) -> None:
    """Let security events have these kinds and no others. It ends the transaction."""
    _allow_kinds("security_event", "security_event_security_event_kind", kinds)


def allow_task_kinds(kinds: tuple[str, ...]) -> None:
    """Let background tasks have these kinds and no others. It ends the transaction."""
    _allow_kinds("background_task", "background_task_task_kind", kinds)


def _allow_kinds(table: str, constraint: str, kinds: tuple[str, ...]) -> None:
    """The rows are checked in a transaction of their own, while others write."""
    allowed = ", ".join(f"'{kind}'::character varying" for kind in kinds)
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint},"
        f" ADD CONSTRAINT {constraint} CHECK (kind = ANY (ARRAY[{allowed}]::text[])) NOT VALID"
    )
    commit()
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
    commit()


def has_table(name: str) -> bool:
    return sa.inspect(op.get_bind()).has_table(name)


def commit() -> None:
    """End the transaction and its locks, and begin another one."""
    with op.get_context().autocommit_block():
        pass


def create_index(name: str, on: str) -> None:
    """Make an index while others write to the table. It ends the transaction before it.

    on -- the table and the columns, as in CREATE INDEX ... ON
    """
    with op.get_context().autocommit_block():
        # An attempt that failed leaves an index behind that is not used and not valid.
        is_valid = op.get_bind().scalar(
            sa.text("SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(:name)"), {"name": name}
        )
        if is_valid is False:
            op.execute(f"DROP INDEX CONCURRENTLY {name}")
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}")


def drop_index(name: str) -> None:
    """Remove an index while others use the table. It ends the transaction before it."""
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
