"""The types that say what cancelling occurrences would do, did, or cannot do."""

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
from gql.cancelling.cancelled_student import (
    MOST_SHOWN,
    CancellationLeftOut,
    CancellationReturnedToken,
    named_students,
    show_left_out,
    show_returned,
)
from gql.cancelling.vocabulary import NoTokensReason
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.user_errors import UserError, refusal
from gql.people.student import Student
from pace import turn


@strawberry.type(description="An occurrence that was chosen but cannot be cancelled.")
class NotCancellable:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    state: OccurrenceState = strawberry.field(
        description="The state that prevents the cancellation: CANCELLED, CLOSED or NOT_SCHEDULED."
    )
    message: str = strawberry.field(description="The reason as an English sentence.")


@strawberry.type(description="A student for whom a cancellation would not do everything that the input asks for.")
class CancellationException:
    student: Student = strawberry.field(description="The student.")
    occurrence: Occurrence = strawberry.field(description="The occurrence to be cancelled.")
    counted: int | None = strawberry.field(
        description="How many of the student's makeup tokens count towards the token limit. Null when they were not "
        "counted, because the limit does not matter here."
    )


@strawberry.type(
    description="What `cancelOccurrences` would do with the same input at this moment. The preview changes nothing."
)
class CancellationPreview:
    occurrence_count: int = strawberry.field(description="How many occurrences would be cancelled.")
    occurrences: list[Occurrence] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the occurrences that would be cancelled, in the order in which they "
        "would be cancelled."
    )
    not_cancellable_count: int = strawberry.field(description="How many of the chosen occurrences cannot be cancelled.")
    not_cancellable: list[NotCancellable] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the occurrences that cannot be cancelled."
    )
    student_count: int = strawberry.field(
        description="The number of students on the rosters of all these occurrences, counted once for each "
        "occurrence. Subdued rows are not counted."
    )
    tokens_to_create: int = strawberry.field(
        description="How many makeup tokens would be created. This includes tokens of an earlier cancellation that "
        "would be reinstated."
    )
    no_tokens_reason: NoTokensReason | None = strawberry.field(
        description="Why no tokens would be created. Null when `tokensToCreate` is more than 0, and when no occurrence "
        "would be cancelled."
    )
    left_out_count: int = strawberry.field(
        description="How many students on the rosters would get no token although tokens are created, counted once for "
        "each occurrence. Makeups that get their own token back are not among them."
    )
    left_out: list[CancellationLeftOut] = strawberry.field(
        description=f"The first {MOST_SHOWN} of these students, with the reason. They include students over the limit."
    )
    tokens_to_revoke: int = strawberry.field(
        description="How many unused tokens of absences would be revoked. With `createTokens`, each is replaced by a "
        "new one."
    )
    tokens_to_flag: int = strawberry.field(
        description="How many tokens of absences have been used for a makeup already and would be flagged for review, "
        "because no tokens are created. With `createTokens`, such tokens stay without a flag, in place of new ones."
    )
    makeups_to_give_back: int = strawberry.field(
        description="How many makeups booked in these occurrences would end. Their makeup tokens can then be used "
        "again."
    )
    returned_tokens: list[CancellationReturnedToken] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the makeup tokens that could be used again, each with its last date."
    )
    over_limit_count: int = strawberry.field(
        description="How many students would get no token because of the token limit, counted once for each occurrence."
    )
    over_limit: list[CancellationException] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the students who would get no token because of the token limit."
    )
    email_count: int = strawberry.field(description="How many e-mails would be sent.")
    without_address_count: int = strawberry.field(
        description="How many students have a family that would be told but has no e-mail address, counted once for "
        "each occurrence."
    )
    without_address: list[CancellationException] = strawberry.field(
        description=f"The first {MOST_SHOWN} of the students whose family has no e-mail address."
    )


@refusal(
    rules.NothingToCancel,
    description="None of the chosen occurrences can be cancelled, or no occurrence meets the conditions. Nothing was "
    "changed.",
)
class NothingToCancel(UserError):
    not_cancellable: list[NotCancellable] = strawberry.field(
        description=f"The chosen occurrences, the first {MOST_SHOWN} of them. Empty when no occurrence meets the "
        "conditions."
    )

    @classmethod
    def of(cls, refusal: rules.NothingToCancel) -> "NothingToCancel":
        return cls(message=refusal.message, not_cancellable=show_not_cancellable(refusal.not_cancellable))


@refusal(
    rules.OccurrenceNotCancelled,
    description="The occurrence is not cancelled, so it cannot be restored. Nothing was changed.",
)
class OccurrenceNotCancelled(UserError):
    pass


@refusal(
    rules.NoneCancelled,
    description="None of the chosen occurrences is cancelled, or no occurrence meets the conditions. Nothing was "
    "changed.",
)
class NoneCancelled(UserError):
    pass


def show_not_cancellable(
    found: tuple[tuple[OccurrenceHead, rules.OccurrenceNotCancellable], ...],
) -> list[NotCancellable]:
    return [
        NotCancellable(occurrence_id=encode_occurrence_id(head.key), state=refusal.state, message=refusal.message)
        for head, refusal in found[:MOST_SHOWN]
    ]


async def excepted_students(preview: PreviewedCancellation) -> set[UUID]:
    """Return the ids of the students whom `show_preview` names. Each part of the preview has its own turn."""
    over_limit = preview.over_limit[:MOST_SHOWN]
    await turn()
    unreachable = preview.unreachable[:MOST_SHOWN]
    await turn()
    named = {outcome.student.student_id for _, outcome in (*over_limit, *unreachable)} | named_students(preview)
    await turn()
    return named


def show_preview(
    preview: PreviewedCancellation, students: Mapping[UUID, Student], token_limit: int | None, now: datetime
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
        no_tokens_reason=preview.no_tokens_reason,
        left_out_count=len(preview.left_out),
        left_out=show_left_out(preview, students, token_limit, now),
        tokens_to_revoke=preview.count_absences(TokenStep.REVOKE),
        tokens_to_flag=preview.count_absences(TokenStep.FLAG),
        makeups_to_give_back=sum(len(outcome.given_back) for outcome in outcomes),
        returned_tokens=show_returned(preview, students, now),
        over_limit_count=len(over_limit),
        over_limit=show_exceptions(over_limit, students, now),
        email_count=sum(len(plan.letters) for plan in preview.plans),
        without_address_count=len(unreachable),
        without_address=show_exceptions(unreachable, students, now),
    )


def show_exceptions(
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
