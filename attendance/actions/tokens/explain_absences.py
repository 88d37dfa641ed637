"""Explain why absences have a makeup token or none (R7.9). It only reads."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.tokens.steps.plan_makeup_tokens import PlannedStep, plan_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_decisions import Absence, TokenDecision, decide
from attendance.rules.tokens.token_ledger import LedgerStep
from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenOrigin, TokenRunState
from db.tokens.student_tokens import read_tokens_of
from db.tokens.token_ledger import read_absence_steps
from db.tokens.token_runs import runs_of


@dataclass(frozen=True, slots=True)
class ExplainedAbsence:
    """An absence with its explanation. `status` is None when the student is not marked. `steps` are its ledger entries,
    oldest first.
    """

    key: OccurrenceKey
    status: AttendanceStatus | None
    decision: TokenDecision
    due_at: datetime | None
    steps: Sequence[LedgerStep]


async def explain_absences(
    connection: AsyncConnection,
    organization_id: UUID,
    wanted: Collection[tuple[UUID, OccurrenceKey]],
    settings: MakeupTokenSettings,
    *,
    now: datetime,
) -> dict[tuple[UUID, OccurrenceKey], ExplainedAbsence]:
    """Return the explanations by student and occurrence, for occurrences whose timeslot exists.

    This executes at most six statements, however many absences there are. The forecast is what the runs would decide,
    without their locks.
    """
    if not wanted:
        return {}
    students: dict[OccurrenceKey, list[UUID]] = defaultdict(list)
    for student_id, key in wanted:
        students[key].append(student_id)
    plans = await plan_makeup_tokens(connection, organization_id, students, may_create=True, settings=settings, now=now)
    runs = await runs_of(connection, organization_id, students)
    steps = await read_absence_steps(connection, organization_id, wanted)
    tokens = await _tokens(connection, organization_id, {student_id for student_id, _ in wanted})
    explained = {}
    for key, plan in plans.items():
        due_at = min((run.due_at for run in runs[key] if run.state is TokenRunState.ARMED), default=None)
        for planned in plan.steps:
            of = (planned.subject.student_id, key)
            decision = decide(_absence(planned, tokens[of], steps[of], due_at, settings))
            explained[of] = ExplainedAbsence(key, planned.subject.status, decision, due_at, steps[of])
    return explained


def _absence(
    planned: PlannedStep,
    tokens: Sequence[TokenFacts],
    steps: Sequence[LedgerStep],
    due_at: datetime | None,
    settings: MakeupTokenSettings,
) -> Absence:
    return Absence(tokens, steps, due_at, planned.decision, planned.counted, settings.token_limit)


async def _tokens(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID]
) -> dict[tuple[UUID, OccurrenceKey], list[TokenFacts]]:
    """Return the automatic tokens."""
    found: dict[tuple[UUID, OccurrenceKey], list[TokenFacts]] = defaultdict(list)
    for student_id, mine in (await read_tokens_of(connection, organization_id, student_ids)).items():
        for token in mine:
            if token.missed is not None and token.origin is not MakeupTokenOrigin.MANUAL:
                found[student_id, token.missed].append(token)
    return found
