"""Does what PostgreSQL's autovacuum does on a production server.

The servers of the tests run without autovacuum, because most of their databases are small and soon dropped. A database
that grows to its real size keeps the plans of empty tables there, which read a hundred times as many blocks.
"""

from sqlalchemy import text

from db.engine import create_engine

# The thresholds are the defaults of autovacuum_analyze_threshold and autovacuum_analyze_scale_factor.
_DUE = text("""
SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables
WHERE n_mod_since_analyze > 50 + 0.1 * n_live_tup
""")


async def autovacuum(database_url: str) -> None:
    """Vacuum and analyze each table that has changed by as much as autovacuum waits for."""
    engine = create_engine(database_url, role=None, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for table in (await connection.execute(_DUE)).scalars().all():
            await connection.execute(text(f"VACUUM (ANALYZE) {table}"))
    await engine.dispose()
