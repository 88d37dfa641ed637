"""What cancelling occurrences would do, did, and cannot do."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import strawberry

from attendance.actions.cancelling.preview_cancellation import PreviewedCancellation
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.cancelling import cancellation_refusals as rules
from attendance.rules.cancelling.cancelling import StudentOutcome
from attendance.rules.tokens.makeup_tokens import TokenStep
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.vocabulary import OccurrenceState
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.user_errors import UserError, refusal
from gql.people.student import Student

MOST_SHOWN = 100


@strawberry.type(description="An occurrence that was chosen and cannot be cancelled.")
class NotCancellable:
    occurrence_id: strawberry.ID = strawberry.field(description="Which one.")
    state: OccurrenceState = strawberry.field(description="What it is: CANCELLED, CLOSED or NOT_SCHEDULED.")
    message: str = strawberry.field(description="The same as a sentence in English.")


@strawberry.type(description="A student for whom a cancellation would not do all that was asked.")
class CancellationException:
    student: Student = strawberry.field(description="Who.")
    occurrence: Occurrence = strawberry.field(description="At which occurrence.")
    counted: int | None = strawberry.field(
        description="How many of the student's makeup tokens count towards the limit; null: nothing was counted."
    )


@strawberry.type(
    description="What `cancelOccurrences` would do with the same input, as everything stands now. Nothing is changed."
)
class CancellationPreview:
    occurrence_count: int = strawberry.field(description="How many occurrences would be cancelled.")
    occurrences: list[Occurrence] = strawberry.field(
        description=f"The first {MOST_SHOWN} of them, in the order in which they would be."
    )
    not_cancellable_count: int = strawberry.field(description="How many of those chosen cannot be cancelled.")
    not_cancellable: list[NotCancellable] = strawberry.field(description=f"The first {MOST_SHOWN} of these.")
    student_count: int = strawberry.field(description="Rows of their rosters, subdued ones left out.")
    tokens_to_create: int = strawberry.field(
        description="Makeup tokens that would be created, those of an earlier cancellation that come back among them."
    )
    tokens_to_revoke: int = strawberry.field(description="Unused tokens of absences that would be revoked.")
    tokens_to_flag: int = strawberry.field(
        description="Tokens of absences that were used for a makeup already: they stay, and are flagged for review."
    )
    makeups_to_give_back: int = strawberry.field(
        description="Makeups booked in them: the places end, and the makeup tokens can be used again."
    )
    over_limit_count: int = strawberry.field(
        description="Students who would get no token because of the limit, once for each occurrence."
    )
    over_limit: list[CancellationException] = strawberry.field(description=f"The first {MOST_SHOWN} of these.")
    email_count: int = strawberry.field(description="E-mails that would be sent.")
    without_address_count: int = strawberry.field(
        description="Students whose family would be told and has no e-mail address, once for each occurrence."
    )
    without_address: list[CancellationException] = strawberry.field(description=f"The first {MOST_SHOWN} of these.")


@refusal(
    rules.NothingToCancel,
    description="Of the occurrences chosen none can be cancelled, or there is none. Nothing was changed.",
)
class NothingToCancel(UserError):
    not_cancellable: list[NotCancellable] = strawberry.field(
        description=f"Those that were chosen, the first {MOST_SHOWN}; empty: no occurrence meets the conditions."
    )

    @classmethod
    def of(cls, refusal: rules.NothingToCancel) -> "NothingToCancel":
        return cls(message=refusal.message, not_cancellable=show_not_cancellable(refusal.not_cancellable))


@refusal(
    rules.OccurrenceNotCancelled,
    description="The occurrence is not cancelled, so there is nothing to restore. Nothing was changed.",
)
class OccurrenceNotCancelled(UserError):
    pass


def show_not_cancellable(
    found: tuple[tuple[OccurrenceHead, rules.OccurrenceNotCancellable], ...],
) -> list[NotCancellable]:
    return [
        NotCancellable(occurrence_id=encode_occurrence_id(head.key), state=refusal.state, message=refusal.message)
        for head, refusal in found[:MOST_SHOWN]
    ]


def excepted_students(preview: PreviewedCancellation) -> set[UUID]:
    """Whom `show_preview` names."""
    named = [*preview.over_limit[:MOST_SHOWN], *preview.unreachable[:MOST_SHOWN]]
    return {outcome.student.student_id for _, outcome in named}


def show_preview(
    preview: PreviewedCancellation, students: Mapping[UUID, Student], now: datetime
) -> CancellationPreview:
    outcomes = [outcome for _, outcome in preview.outcomes]
    over_limit, unreachable = preview.over_limit, preview.unreachable
    return CancellationPreview(
        occurrence_count=len(preview.plans),
        occurrences=[show_occurrence(head, now) for head in preview.chosen.heads[:MOST_SHOWN]],
        not_cancellable_count=len(preview.chosen.not_cancellable),
        not_cancellable=show_not_cancellable(preview.chosen.not_cancellable),
        student_count=sum(outcome.student.place is not None for outcome in outcomes),
        tokens_to_create=preview.count(TokenStep.ISSUE, TokenStep.REINSTATE),
        tokens_to_revoke=preview.count_absences(TokenStep.REVOKE),
        tokens_to_flag=preview.count_absences(TokenStep.FLAG),
        makeups_to_give_back=sum(len(outcome.given_back) for outcome in outcomes),
        over_limit_count=len(over_limit),
        over_limit=_exceptions(over_limit, students, now),
        email_count=sum(len(plan.letters) for plan in preview.plans),
        without_address_count=len(unreachable),
        without_address=_exceptions(unreachable, students, now),
    )


def _exceptions(
    found: list[tuple[OccurrenceHead, StudentOutcome]], students: Mapping[UUID, Student], now: datetime
) -> list[CancellationException]:
    return [
        CancellationException(
            student=students[outcome.student.student_id],
            occurrence=show_occurrence(head, now),
            counted=outcome.counted,
        )
        for head, outcome in found[:MOST_SHOWN]
        if outcome.student.student_id in students
    ]
