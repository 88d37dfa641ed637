"""What a reconciliation of an occurrence's makeup tokens would do, student by student (R7.4, R7.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar import OccurrenceKey, local_date
from attendance.rules.makeup_tokens import Decision, TokenGround, TokenStep, missing_ground, reconcile, token_state
from attendance.rules.settings import MakeupTokenSettings
from attendance.rules.token_limit import LimitCount, is_over_limit, limit_count
from db import makeup_tokens
from db.makeup_tokens import TokenOccasion, TokenSubject


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """`counted`: how many tokens of the student count towards the limit; None where nobody had to count."""

    subject: TokenSubject
    decision: Decision
    counted: int | None


@dataclass(frozen=True, slots=True)
class TokenPlan:
    """`today` is the local date of the occurrence's location."""

    occasion: TokenOccasion
    today: date
    steps: tuple[PlannedStep, ...]

    def count(self, *steps: TokenStep) -> int:
        return sum(planned.decision.step in steps for planned in self.steps)


async def plan_makeup_tokens(
    connection: AsyncConnection,
    occurrence: OccurrenceKey,
    student_ids: Sequence[UUID],
    *,
    may_create: bool,
    settings: MakeupTokenSettings,
    now: datetime,
) -> TokenPlan:
    """Reads alone, with a number of statements that does not depend on that of the students. What it says
    holds as long as the caller's locks do; without locks it is a forecast.
    """
    occasion = await makeup_tokens.occasion_of(connection, occurrence)
    if occasion is None:
        raise LookupError(f"no timeslot {occurrence.timeslot_id}")
    today = local_date(now, occasion.zone)
    subjects = await makeup_tokens.subjects_of(connection, occurrence, student_ids)
    limits = _limits(occurrence, occasion, subjects, settings) if may_create else {}
    counts = await makeup_tokens.counts_towards_limit(connection, limits, today) if limits else {}
    steps = []
    for subject in subjects:
        counted = counts.get(subject.student_id)
        decision = reconcile(
            _ground(occasion, subject),
            settings,
            state=None if subject.token is None else token_state(subject.token.dates, today),
            is_flagged=subject.token is not None and subject.token.needs_review,
            may_create=may_create,
            is_over_limit=counted is not None and is_over_limit(settings, counted),
        )
        steps.append(PlannedStep(subject, decision, counted))
    return TokenPlan(occasion, today, tuple(steps))


def _ground(occasion: TokenOccasion, subject: TokenSubject) -> TokenGround:
    return TokenGround(
        kind=occasion.kind,
        is_cancelled=occasion.is_cancelled,
        status=subject.status,
        enrollment_type=subject.enrollment_type,
    )


def _limits(
    occurrence: OccurrenceKey,
    occasion: TokenOccasion,
    subjects: Sequence[TokenSubject],
    settings: MakeupTokenSettings,
) -> dict[UUID, LimitCount]:
    """What to count for those who qualify and have no live token; empty when there is no limit."""
    limits: dict[UUID, LimitCount] = {}
    for subject in subjects:
        has_live_token = subject.token is not None and not subject.token.dates.is_revoked
        if has_live_token or missing_ground(_ground(occasion, subject), settings) is not None:
            continue
        limit = limit_count(
            settings,
            missed_on=occurrence.held_on,
            session=occasion.session,
            enrollment=subject.enrollment,
            enrollment_id=subject.enrollment_id,
        )
        if limit is not None:
            limits[subject.student_id] = limit
    return limits
