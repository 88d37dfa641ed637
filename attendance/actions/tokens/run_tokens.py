"""Execute a deferred run: issue the tokens that the marks of an occurrence have earned (R7.3, R7.10)."""

from dataclasses import replace
from datetime import datetime

from attendance.actions.tokens.steps.reconcile_makeup_tokens import TokenOutcome, reconcile_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import ChangeKind, TokenRunPhase, TokenRunState
from db.marks.changes import SYSTEM, lock_occurrence, record_change
from db.organization.settings import read_settings
from db.tokens import token_runs
from db.tokens.token_runs import StoredRun
from db.unit_of_work import UnitOfWork


async def run_tokens(
    uow: UnitOfWork, occurrence: OccurrenceKey, phase: TokenRunPhase, *, now: datetime
) -> TokenOutcome | None:
    """Reconcile the whole occurrence if the run is armed and due, and mark the run done in the same transaction.

    However often and from wherever this is called, a run takes effect once. None means that the run was not to happen,
    either not yet or no longer.
    """
    # Most calls that come too late end here, without creating a row for the occurrence or waiting for its lock.
    if not _is_due(await token_runs.find_run(uow, occurrence, phase), now):
        return None
    await lock_occurrence(uow, occurrence)
    run = await token_runs.lock_run(uow, occurrence, phase)
    if run is None or not _is_due(run, now):
        return None
    settings = await read_settings(uow.connection, uow.organization_id)
    outcome = await reconcile_makeup_tokens(
        uow,
        occurrence,
        student_ids=None,
        may_create=True,
        settings=settings.makeup_tokens,
        author=SYSTEM,
        phase=phase,
        now=now,
    )
    await token_runs.finish_run(
        uow,
        occurrence,
        phase,
        issued=len(outcome.issued) + len(outcome.reinstated),
        revoked=len(outcome.revoked),
        now=now,
    )
    if outcome.student_ids:
        await record_change(uow, occurrence, ChangeKind.TOKENS, SYSTEM, now=now, students=sorted(outcome.student_ids))
    return replace(outcome, due_at=run.due_at)


def _is_due(run: StoredRun | None, now: datetime) -> bool:
    return run is not None and run.state is TokenRunState.ARMED and run.due_at <= now
