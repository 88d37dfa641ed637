"""Figures of PostgreSQL and Redis as this process sees them. docs/operations.md says which question each answers."""

from prometheus_client import Counter, Gauge, Histogram

POOL_LIMIT = Gauge("rollbook_database_pool_limit", "The most database connections that this process opens.")
POOL_IN_USE = Gauge("rollbook_database_pool_in_use", "Database connections of this process that are in use.")
POOL_WAITING = Gauge("rollbook_database_pool_waiting", "Work of this process that waits for a database connection.")
POOL_WAIT_SECONDS = Histogram(
    "rollbook_database_pool_wait_seconds",
    "Time that work waited for a database connection, including the time to connect.",
    buckets=(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
POOL_TIMEOUTS = Counter("rollbook_database_pool_timeouts", "Work that got no database connection in time.")
WAKE_UPS_WAITING = Gauge("rollbook_wake_ups_waiting", "Wake-ups that this process has not handed to Redis yet.")
WAKE_UPS_LOST = Counter(
    "rollbook_wake_ups_lost", "Wake-ups that did not reach Redis. Comparing and the sweep do their work later."
)
