"""Figures that an API process reads when it is asked for its page, the same in each API process (gql/figures_page.py).

They are not declared in a layer below, because a worker would show them too, without ever reading them.
"""

from prometheus_client import Gauge

DATABASE_REACHABLE = Gauge(
    "rollbook_database_reachable", "1 if PostgreSQL answered when the figures were read, else 0."
)
REDIS_REACHABLE = Gauge("rollbook_redis_reachable", "1 if Redis answered when the figures were read, else 0.")
TOKEN_RUNS_DUE = Gauge("rollbook_token_runs_due", "Token runs that are due and not done, of all organizations.")
TOKEN_RUN_AGE = Gauge("rollbook_token_run_oldest_due_seconds", "How late the longest overdue token run is.")
EMAILS_DUE = Gauge("rollbook_emails_due", "E-mails of the outbox that are due, of all organizations.")
EMAIL_AGE = Gauge("rollbook_email_oldest_due_seconds", "How late the longest overdue e-mail of the outbox is.")
TASKS_OPEN = Gauge("rollbook_background_tasks_open", "Background tasks that have not ended, of all organizations.")
TASK_WAIT = Gauge(
    "rollbook_background_task_wait_seconds", "How long the background task that has waited longest has had no worker."
)
BLOCKED_SESSIONS = Gauge("rollbook_database_blocked_sessions", "Sessions of the database that wait for a lock.")
OLDEST_TRANSACTION = Gauge(
    "rollbook_database_oldest_transaction_seconds", "Age of the oldest open transaction of the database."
)
