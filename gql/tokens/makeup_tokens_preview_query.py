"""The query makeupTokensPreview, which counts makeup tokens and e-mails before they are made (R8.13)."""

from collections import Counter
from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.tokens.plan_tokens_for_many import plan_tokens_for_many, unreached_students
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.people.student import Student
from gql.people.students_refusals import NoStudents, TooManyStudents
from gql.tokens.create_makeup_tokens import draft_of
from gql.tokens.create_makeup_tokens_for_students import CreateMakeupTokensForStudentsInput, chosen_students
from gql.tokens.token_refusals import MakeupTokenDatesNotPossible

MOST_UNREACHED = 100


@strawberry.type(description="How many of the makeup tokens have a certain expiration date.")
class ExpirationCount:
    expires_on: date | None = strawberry.field(
        description="The last date of these tokens. Null for tokens that never expire."
    )
    token_count: int = strawberry.field(description="How many tokens these are.")


@strawberry.type(description="What `createMakeupTokensForStudents` would do with the same input at this moment.")
class MakeupTokensPreview:
    token_count: int = strawberry.field(description="How many tokens would be created: one for each chosen student.")
    email_count: int = strawberry.field(
        description="How many e-mails would be sent: one for each token whose family has an e-mail address. 0 when "
        "`sendEmail` is false."
    )
    issue_on: date = strawberry.field(description="The issue date of all tokens.")
    expirations: list[ExpirationCount] = strawberry.field(
        description="The expiration dates of the tokens, the earliest first; tokens that never expire come last. There "
        "are several when tokens are good until the end of each student's session."
    )
    unreached_count: int = strawberry.field(
        description="How many students would be given a token without an e-mail, although `sendEmail` is true, because "
        "their family has no e-mail address."
    )
    unreached: list[Student] = strawberry.field(
        description=f"The first {MOST_UNREACHED} of these students, in the order in which they are given tokens."
    )


MakeupTokensPreviewResult: TypeAlias = Annotated[
    MakeupTokensPreview | MakeupTokenDatesNotPossible | NoStudents | TooManyStudents,
    strawberry.union(
        "MakeupTokensPreviewResult", description="The preview, or the reason why no tokens would be created."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[
        CreateMakeupTokensForStudentsInput,
        strawberry.argument(
            description="The same input as for `createMakeupTokensForStudents`. Its idempotency key is ignored."
        ),
    ],
) -> MakeupTokensPreviewResult:
    chosen, draft = chosen_students(input), draft_of(input.token, "input.token")
    now = info.context.clock()
    async with reading(info) as source:
        plan = await plan_tokens_for_many(source.connection, source.viewer, chosen, draft, now=now)
        unreached = await unreached_students(source.connection, source.viewer, plan)
        students = await find_students(source, unreached[:MOST_UNREACHED])
    ends = Counter(life.expires_on for life in plan.lives)
    return MakeupTokensPreview(
        token_count=len(plan.lives),
        email_count=len(plan.lives) - len(unreached) if draft.sends_email else 0,
        issue_on=plan.lives[0].issued_on,
        expirations=[ExpirationCount(expires_on=day, token_count=ends[day]) for day in sorted(ends, key=_never_last)],
        unreached_count=len(unreached),
        unreached=[students[student_id] for student_id in unreached[:MOST_UNREACHED] if student_id in students],
    )


def _never_last(day: date | None) -> date:
    return day or date.max


field = strawberry.field(
    resolver=resolve,
    description="What `createMakeupTokensForStudents` would do with the same input: how many makeup tokens and "
    "e-mails. Nothing is changed. Needs CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal; "
    "without SEE_ALL, only students of offerings that the viewer teaches, or substitutes on the date, can be chosen. A "
    "student, location or program that was deleted or that the viewer may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
