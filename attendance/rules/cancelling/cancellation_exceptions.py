"""What staff need to know about a cancelled occurrence, by student (R9.4)."""

from collections.abc import Iterator
from uuid import UUID

from attendance.rules.cancelling.cancelling import CancellationPlan, StudentOutcome
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from attendance.rules.vocabulary import OfferingKind

NOT_A_CLASS = "Camps and appointments create no makeup tokens; none was created."
HAS_TOKEN = "The makeup token for the absence at this class is in use and stays; no other one was created."  # noqa: S105 - a sentence
DELETED_BY_HAND = "The makeup token for this class was deleted by hand; it was not created again."
NO_ADDRESS = "The family was not told, because it has no e-mail address."
WITHOUT_GROUND = (
    "The makeup was cancelled. Its makeup token was under review, because it was no longer earned, and is now revoked."
)


def exceptions_of(plan: CancellationPlan, settings: MakeupTokenSettings) -> list[tuple[UUID | None, str]]:
    """Return the students with the sentences about them, in the order of the plan. None stands for all students."""
    told: list[tuple[UUID | None, str]] = []
    if plan.gives_tokens and plan.sheet.kind is not OfferingKind.CLASS:
        told.append((None, NOT_A_CLASS))
    unreachable = {each.student.student_id for each in plan.unreachable}
    for outcome in plan.outcomes:
        student_id = outcome.student.student_id
        told += [(student_id, sentence) for sentence in _sentences(outcome, settings)]
        if student_id in unreachable:
            told.append((student_id, NO_ADDRESS))
    return told


def _sentences(outcome: StudentOutcome, settings: MakeupTokenSettings) -> Iterator[str]:
    if outcome.token.step is TokenStep.SKIP:
        match outcome.token.cause:
            case TokenCause.OVER_LIMIT:
                yield (
                    f"No makeup token was created: the limit of {settings.token_limit} is reached ({outcome.counted} "
                    "counted)."
                )
            case TokenCause.HAS_TOKEN:
                yield HAS_TOKEN
            case TokenCause.TYPE_DOES_NOT_EARN if outcome.student.place is not None:
                yield f"No makeup token was created: enrollments of type {outcome.student.place.type} earn none."
            case TokenCause.DELETED_BY_HAND:
                yield DELETED_BY_HAND
    if len(outcome.given_back) < len(outcome.student.makeups):
        yield WITHOUT_GROUND
