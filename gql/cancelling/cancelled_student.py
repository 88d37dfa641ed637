"""The types that name students in the preview of a cancellation, with what happens to their tokens (R9.1, R9.2)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import strawberry

from attendance.actions.cancelling.preview_cancellation import PreviewedCancellation
from attendance.rules.tokens.token_ledger import because
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.people.student import Student
from gql.tokens.vocabulary import TokenCause

MOST_SHOWN = 100


@strawberry.type(description="A student on the roster who would get no makeup token although tokens are created.")
class CancellationLeftOut:
    student: Student = strawberry.field(description="The student.")
    occurrence: Occurrence = strawberry.field(description="The occurrence to be cancelled.")
    cause: TokenCause = strawberry.field(
        description="The reason. With HAS_TOKEN, the token for the absence at the class is in use and stays."
    )
    message: str = strawberry.field(description="The reason as an English sentence.")


@strawberry.type(description="A makeup token that can be used again because the makeup booked with it would end.")
class CancellationReturnedToken:
    student: Student = strawberry.field(description="The student.")
    occurrence: Occurrence = strawberry.field(description="The occurrence to be cancelled.")
    good_through: date | None = strawberry.field(
        description="The last local date on which the token could be redeemed then. Null when it never expires."
    )
    is_put_off: bool = strawberry.field(
        description="Whether this date is later than before, because of the setting `returnedTokenDays`."
    )


def named_students(preview: PreviewedCancellation) -> set[UUID]:
    """Return the ids of the students whom `show_left_out` and `show_returned` name."""
    left_out = {outcome.student.student_id for _, outcome, _ in preview.left_out[:MOST_SHOWN]}
    return left_out | {student.student_id for _, student, _, _ in preview.returned[:MOST_SHOWN]}


def show_left_out(
    preview: PreviewedCancellation, students: Mapping[UUID, Student], token_limit: int | None, now: datetime
) -> list[CancellationLeftOut]:
    return [
        CancellationLeftOut(
            student=students[outcome.student.student_id],
            occurrence=show_occurrence(head, now),
            cause=cause,
            message=f"No makeup token: {because(cause, {'counted': outcome.counted, 'limit': token_limit})}.",
        )
        for head, outcome, cause in preview.left_out[:MOST_SHOWN]
        if outcome.student.student_id in students
    ]


def show_returned(
    preview: PreviewedCancellation, students: Mapping[UUID, Student], now: datetime
) -> list[CancellationReturnedToken]:
    return [
        CancellationReturnedToken(
            student=students[student.student_id],
            occurrence=show_occurrence(head, now),
            good_through=token.dates.good_through,
            is_put_off=is_put_off,
        )
        for head, student, token, is_put_off in preview.returned[:MOST_SHOWN]
        if student.student_id in students
    ]
