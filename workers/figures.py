"""Figures of a worker, which it shows at ROLLBOOK_METRICS_PORT. docs/operations.md says which question each answers."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, TypeAlias, cast

from arq.typing import WorkerCoroutine
from prometheus_client import Counter, Gauge, Histogram

from attendance.rules.vocabulary import EmailState
from tracing import span

JOBS = Counter("rollbook_jobs", "Jobs that this worker has ended, by name and outcome.", ["job_name", "outcome"])
JOB_SECONDS = Histogram(
    "rollbook_job_seconds",
    "Time that a job took.",
    ["job_name"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
JOB_DONE_AT = Gauge(
    "rollbook_job_last_success_timestamp_seconds", "When this worker last ended the job without a fault.", ["job_name"]
)
RUN_LATENESS = Histogram(
    "rollbook_token_run_lateness_seconds",
    "Time from the instant at which a token run was due until it was committed.",
    buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200),
)
RUNS_FAILED = Counter("rollbook_token_runs_failed", "Token runs that failed. The next sweep tries them again.")
EMAIL_ATTEMPTS = Counter(
    "rollbook_email_attempts", "Attempts at e-mails, by what became of the e-mail: SENT, FAILED, QUEUED ...", ["state"]
)
EMAIL_SECONDS = Histogram(
    "rollbook_email_attempt_seconds",
    "Time that an attempt at an e-mail took, mostly in the mail server.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
TASK_BATCHES = Counter("rollbook_background_task_batches", "Batches of background tasks, by outcome.", ["outcome"])

# A series that begins with its first failure shows no increase, and an alert would miss it.
for _state in EmailState:
    EMAIL_ATTEMPTS.labels(_state.value)
for _outcome in ("done", "refused", "failed"):
    TASK_BATCHES.labels(_outcome)

Job: TypeAlias = Callable[..., Awaitable[None]]


def observed(name: str, job: Job) -> WorkerCoroutine:
    """Return the arq job with its figures and its span."""

    @wraps(job)
    async def run(ctx: Mapping[Any, Any], *arguments: Any) -> None:
        began, outcome = time.perf_counter(), "failed"
        try:
            with span(f"job {name}"):
                await job(ctx, *arguments)
            outcome = "done"
            JOB_DONE_AT.labels(name).set_to_current_time()
        finally:
            JOBS.labels(name, outcome).inc()
            JOB_SECONDS.labels(name).observe(time.perf_counter() - began)

    return cast(WorkerCoroutine, run)


def run_done(lateness: timedelta) -> None:
    RUN_LATENESS.observe(max(0.0, lateness.total_seconds()))
