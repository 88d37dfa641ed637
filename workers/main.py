"""The worker process: it runs arq, restarts it when Redis comes back, and runs the sweep even without Redis."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any, TypeAlias

import structlog
from arq.cron import CronJob
from arq.worker import Worker, func

from attendance.tasks.kinds import KINDS, Kinds
from db.wake_ups import connect_redis
from figures import serving_figures, watching_the_loop
from settings import Settings
from workers.arq_internals import pick_no_more, running_jobs
from workers.context import KEY, WorkerContext, working
from workers.faults import tell
from workers.figures import observed
from workers.jobs import forget_answers, forget_by_age, forget_feed
from workers.jobs.end_days import end_days
from workers.jobs.forget_tasks import forget_tasks
from workers.jobs.run_tokens import run_tokens
from workers.jobs.send_email import keep_sending, send_due, send_email
from workers.jobs.sweep_token_runs import sweep
from workers.jobs.work_on_tasks import keep_working, work_off, work_on_tasks
from workers.pace import REST
from workers.queue import (
    DESERIALIZER,
    QUEUE,
    RUN_TOKENS,
    SEND_EMAIL,
    SERIALIZER,
    WORK_ON_TASKS,
    connect_queue,
)
from workers.report import keep_reporting
from workers.schedule import TIMETABLE

# Retries, 0.1 s to 1 s apart: about five seconds, in which a Redis can restart.
PATIENT_TRIES = 8
PAUSE_SECONDS = 5

Job: TypeAlias = Callable[[WorkerContext], Awaitable[int]]

# What became due while no worker ran. It is done at every start, and again whenever Redis is lost. Mail is not part of
# it, because a slow mail server would delay the queue: `keep_sending` sends what is due beside it.
_CATCH_UP: tuple[tuple[str, Job], ...] = (("end_days", end_days), ("sweep_token_runs", sweep))
_MAIL: tuple[tuple[str, Job], ...] = (("send_due_emails", send_due),)
# The deletions of the timetable. A worker that stays leaves them to the timetable; a burst has none.
_RETENTION: tuple[tuple[str, Job], ...] = (
    ("forget_tasks", forget_tasks),
    ("forget_answers", forget_answers.forget),
    ("forget_feed", forget_feed.forget),
    ("forget_by_age", forget_by_age.forget),
)

log = structlog.get_logger(__name__)


def run(settings: Settings, *, burst: bool = False, kinds: Kinds = KINDS) -> None:
    """Work until SIGTERM or SIGINT; with `burst`, do what is due now, retention included, and end.

    `settings.test_clock` moves the clock of this worker alone.
    """
    process = work(settings, burst=burst, kinds=kinds)
    asyncio.run(process if burst else _seen(process, settings))


async def _seen(process: Coroutine[Any, Any, None], settings: Settings) -> None:
    """Work, and show the figures meanwhile."""
    async with serving_figures(settings.metrics_host, settings.metrics_port), watching_the_loop():
        await process


async def work(settings: Settings, *, burst: bool = False, kinds: Kinds = KINDS) -> None:
    async with working(settings, kinds, rest=0 if burst else REST) as context:
        if burst:
            await work_off(context)
            await _do_each(context, (*_CATCH_UP, *_MAIL, *_RETENTION))
            return
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, context.stop.set)
        log.info("worker_started", mail="sent" if context.mail_server else "kept")
        tasks = asyncio.create_task(keep_working(context), name="background-tasks")
        letters = asyncio.create_task(keep_sending(context), name="letters")
        async with _reporting(context, settings.redis_url):
            while not context.stop.is_set():
                await _do_each(context, _CATCH_UP)
                context.letters.ring()
                await _serve_queue(context, settings)
            context.bell.ring()
            context.letters.ring()
            await asyncio.wait({tasks, letters}, timeout=settings.graceful_timeout)
        tasks.cancel()
        letters.cancel()
        await asyncio.gather(tasks, letters, context.post.close(PAUSE_SECONDS), return_exceptions=True)
        log.info("worker_stopped")


@asynccontextmanager
async def _reporting(context: WorkerContext, redis_url: str) -> AsyncIterator[None]:
    """Report to `worker --check` for the duration of the block."""
    redis = connect_redis(redis_url)
    reporting = asyncio.create_task(keep_reporting(context, redis), name="report")
    try:
        yield
    finally:
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)
        await redis.aclose()


async def _do_each(context: WorkerContext, jobs: Iterable[tuple[str, Job]]) -> None:
    """Do the jobs one after the other. A job that fails is logged. None of them needs Redis."""
    for name, job in jobs:
        try:
            done = await job(context)
        except Exception as fault:
            tell(log, "catching_up_failed", fault, job=name)
        else:
            log.info("caught_up", job=name, done=done)


async def _serve_queue(context: WorkerContext, settings: Settings) -> None:
    """Run arq's worker until the process stops, or until Redis is lost, which arq does not survive; then pause."""
    stop = context.stop
    worker = make_worker(context, settings.redis_url)
    context.activity.queue, context.activity.jobs = "served", lambda: len(running_jobs(worker))
    serving = asyncio.create_task(worker.main(), name="arq")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        await _finish_jobs(worker, settings.graceful_timeout)
    serving.cancel()
    fault = (await asyncio.gather(serving, return_exceptions=True))[0]
    await _close(worker)
    if not stop.is_set():
        log.warning("queue_lost", fault=fault)
        context.activity.queue, context.activity.jobs = "lost", lambda: 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await stop.wait()


def make_worker(context: WorkerContext, redis_url: str, timetable: Sequence[CronJob] = TIMETABLE) -> Worker:
    return Worker(
        functions=[
            func(observed(RUN_TOKENS, run_tokens), name=RUN_TOKENS),
            func(observed(SEND_EMAIL, send_email), name=SEND_EMAIL),
            func(observed(WORK_ON_TASKS, work_on_tasks), name=WORK_ON_TASKS),
        ],
        cron_jobs=timetable,
        queue_name=QUEUE,
        redis_pool=connect_queue(redis_url, tries=PATIENT_TRIES),
        job_serializer=SERIALIZER,
        job_deserializer=DESERIALIZER,
        ctx={KEY: context},
        # The process handles the signals itself, because arq would listen only while its worker exists.
        handle_signals=False,
        job_timeout=30,
        # A kept result would block the id of a run that is armed again.
        keep_result=0,
        poll_delay=0.25,
        max_jobs=10,
        health_check_interval=5,
        timezone=UTC,
    )


async def _finish_jobs(worker: Worker, patience_seconds: float) -> None:
    """Accept no more jobs and wait for the running ones."""
    pick_no_more(worker)
    if running := running_jobs(worker):
        await asyncio.wait(running, timeout=patience_seconds)


async def _close(worker: Worker) -> None:
    """Close arq's worker. It never fails and never hangs: Redis does not need to hear of it, and cancelled jobs roll
    back.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PAUSE_SECONDS):
            await asyncio.gather(worker.close(), return_exceptions=True)
