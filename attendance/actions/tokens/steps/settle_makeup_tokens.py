"""After marks have changed, change the tokens at once, unless deferred runs will do so (R7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.tokens.steps.reconcile_makeup_tokens import TokenOutcome, reconcile_makeup_tokens
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.tokens.token_runs import TokenTiming, run_times, token_timing
from attendance.rules.vocabulary import ChangeKind
from db.marks.changes import Author, record_change
from db.unit_of_work import UnitOfWork

_NOTHING = TokenOutcome({}, {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done. `revision` is that of the TOKENS change for open roll sheets, or None when no token changed."""

    outcome: TokenOutcome
    revision: int | None


def timing_of(head: OccurrenceHead, author: Author, settings: OrganizationSettings, now: datetime) -> TokenTiming:
    """Return when the tokens of marks are decided that `author` caused (R7.3)."""
    return token_timing(
        source=author.source,
        kind=head.offering.kind,
        settings=settings,
        now=now,
        runs=run_times(head.ends_at, head.zone),
    )


async def settle_makeup_tokens(
    uow: UnitOfWork,
    head: OccurrenceHead,
    students: Sequence[UUID],
    *,
    holders: frozenset[UUID],
    timing: TokenTiming,
    author: Author,
    settings: OrganizationSettings,
    now: datetime,
) -> Settled:
    """Settle the tokens of these students, by the table of R7.3. Tokens that are no longer earned are revoked at once
    in every mode.

    holders -- the students with a token of this occurrence, in whatever state, read under the occurrence's lock.

    The caller has locked the occurrence and has written the students' marks, which `author` caused.
    """
    if not timing.creates_at_once and holders.isdisjoint(students):
        return Settled(_NOTHING, None)
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
