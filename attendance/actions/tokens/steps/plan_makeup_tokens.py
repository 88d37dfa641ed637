"""Plan what a reconciliation of occurrences' makeup tokens does for each student (R7.4, R7.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import (
    Decision,
    TokenGround,
    TokenStep,
    missing_ground,
    reconcile,
    token_state,
)
from attendance.rules.tokens.token_limit import LimitCount, is_over_limit, limit_count
from db.tokens import makeup_tokens, token_subjects
from db.tokens.makeup_tokens import TokenOccasion
from db.tokens.token_subjects import Counting, TokenSubject


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A decision about a student. `counted` is how many tokens count towards the limit, or None when they need not be
    counted.
    """

    subject: TokenSubject
    decision: Decision
    counted: int | None


@dataclass(frozen=True, slots=True)
class TokenPlan:
    """The plan for an occurrence. `today` is the local date at its location."""

    occasion: TokenOccasion
    today: date
    steps: tuple[PlannedStep, ...]

    def students(self, *steps: TokenStep) -> tuple[UUID, ...]:
        """Return the students for whom one of these steps is planned, ordered by id."""
        return tuple(planned.subject.student_id for planned in self.steps if planned.decision.step in steps)


async def plan_makeup_tokens(
    connection: AsyncConnection,
    organization_id: UUID,
    wanted: Mapping[OccurrenceKey, Sequence[UUID]],
    *,
    may_create: bool,
    settings: MakeupTokenSettings,
    now: datetime,
) -> dict[OccurrenceKey, TokenPlan]:
    """Plan for these students of each occurrence. Occurrences whose timeslot does not exist are left out.

    This only reads, with at most three statements. The result holds as long as the caller's locks do. Without locks it
    is a forecast, in which each occurrence is considered by itself.
    """
    occasions = await makeup_tokens.occasions_of(connection, organization_id, wanted)
    subjects = await token_subjects.subjects_of(connection, organization_id, {key: wanted[key] for key in occasions})
    todays = {key: local_date(now, occasion.zone) for key, occasion in occasions.items()}
    limits = [
        (key, Counting(subject.student_id, limit, todays[key]))
        for key, occasion in occasions.items()
        for subject in subjects[key]
        if may_create and (limit := _limit(key, occasion, subject, settings)) is not None
    ]
    counting = [each for _, each in limits]
    counts = await token_subjects.count_towards_limit(connection, organization_id, counting) if limits else []
    counted = {(key, each.student_id): count for (key, each), count in zip(limits, counts, strict=True)}
    plans = {}
    for key, occasion in occasions.items():
        steps = []
        for subject in subjects[key]:
            count = counted.get((key, subject.student_id))
            decision = reconcile(
                _ground(occasion, subject),
                settings,
                state=None if subject.token is None else token_state(subject.token.dates, todays[key]),
                is_flagged=subject.token is not None and subject.token.needs_review,
                may_create=may_create,
                is_over_limit=count is not None and is_over_limit(settings, count),
            )
            steps.append(PlannedStep(subject, decision, count))
        plans[key] = TokenPlan(occasion, todays[key], tuple(steps))
    return plans


def _ground(occasion: TokenOccasion, subject: TokenSubject) -> TokenGround:
    return TokenGround(
        kind=occasion.kind,
        is_cancelled=occasion.is_cancelled,
        status=subject.status,
        enrollment_type=subject.enrollment_type,
        is_of_cancellation=subject.token is not None and subject.token.is_of_cancellation,
    )


def _limit(
    occurrence: OccurrenceKey, occasion: TokenOccasion, subject: TokenSubject, settings: MakeupTokenSettings
) -> LimitCount | None:
    """Return what to count for a student who qualifies and has no token yet, or None when nothing needs to
    be counted.
    """
    has_live_token = subject.token is not None and not subject.token.dates.is_revoked
    if has_live_token or missing_ground(_ground(occasion, subject), settings) is not None:
        return None
    return limit_count(
        settings,
        missed_on=occurrence.held_on,
        session=occasion.session,
        enrollment=subject.enrollment,
        enrollment_id=subject.enrollment_id,
    )
