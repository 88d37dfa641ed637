"""After marks have changed, change the tokens at once, or arm the runs that will do so (R7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.actions.tokens.steps.reconcile_makeup_tokens import TokenOutcome, reconcile_makeup_tokens
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.tokens.token_runs import run_times, token_timing
from attendance.rules.vocabulary import ChangeKind
from db.marks.changes import Author, record_change
from db.unit_of_work import UnitOfWork


class Arming(Enum):
    """Which marks wait for the deferred runs: none, because all were cleared; check-ins and their defaults alone,
    which may be taken back (R4.5b); or others too.
    """

    NOTHING = "NOTHING"
    FOR_CHECK_INS = "FOR_CHECK_INS"
    FOR_GOOD = "FOR_GOOD"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done. `revision` is that of the TOKENS change for open roll sheets, or None when no token changed."""

    outcome: TokenOutcome
    revision: int | None


async def settle_makeup_tokens(
    uow: UnitOfWork,
    head: OccurrenceHead,
    students: Sequence[UUID],
    *,
    author: Author,
    arming: Arming,
    settings: OrganizationSettings,
    now: datetime,
) -> Settled:
    """Settle the tokens of these students, by the table of R7.3. Tokens that are no longer earned are revoked at once
    in every mode.

    The caller has locked the occurrence and has written the students' marks, which `author` caused.
    """
    timing = token_timing(
        source=author.source,
        kind=head.offering.kind,
        settings=settings,
        now=now,
        runs=run_times(head.ends_at, head.zone),
    )
    if arming is not Arming.NOTHING:
        by_check_in = arming is Arming.FOR_CHECK_INS
        await arm_token_runs(uow, head.key, timing.runs, by_check_in=by_check_in, now=now)
    outcome = await reconcile_makeup_tokens(
        uow,
        head.key,
        student_ids=students,
        may_create=timing.creates_at_once,
        settings=settings.makeup_tokens,
        author=author,
        now=now,
    )
    if not outcome.student_ids:
        return Settled(outcome, None)
    numbered = await record_change(uow, head.key, ChangeKind.TOKENS, author, now=now, students=outcome.student_ids)
    return Settled(outcome, numbered.revision)
