"""The mutation createMakeupTokensForStudents, which gives each of many students a makeup token (R8.1, R9.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.tokens.plan_tokens_for_many import plan_tokens_for_many
from attendance.rules.organization.permissions import Viewer
from attendance.rules.tokens.tokens_by_hand import TokenDraft
from attendance.rules.tokens.tokens_for_many import ENROLLED, MOST_STUDENTS, EnrolledStudents
from attendance.tasks.create_makeup_tokens import CreateMakeupTokens, TokensGiven
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.enrollments.enrollment_arguments import checked_date
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_ids, encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS, MOST_WORDS, checked_words
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.students_refusals import NoStudents, TooManyStudents
from gql.protocol.errors import BadInput
from gql.tasks.background_task import BackgroundTask, find_tasks
from gql.tokens.create_makeup_tokens import MakeupTokenDraftInput, draft_of
from gql.tokens.token_refusals import MakeupTokenDatesNotPossible

MOST_NAMED = 1000


@strawberry.input(
    description="Chooses all students who are enrolled on a date and meet all of the conditions. A condition that is "
    "left out, null or an empty list does not limit the choice. Without conditions, all students are chosen whom the "
    "caller may see. An enrollment counts from its start to its drop, even if its offering does not meet on the date."
)
class EnrolledStudentsInput:
    enrolled_on: date = strawberry.field(description="The local date on which the students are enrolled.")
    types: list[EnrollmentType] | None = strawberry.field(
        default=None,
        description=f"Only enrollments of these types, at most {MOST_WORDS}; WAITLIST is not allowed. When left out or "
        "null, enrollments of all types except WAITLIST count.",
    )
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only enrollments in these offerings; at most {MOST_IDS}."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only enrollments at these locations; at most {MOST_IDS}."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only enrollments in these programs; at most {MOST_IDS}."
    )


@strawberry.input(
    description="The students, and the terms of the makeup token that each of them is given. Give either `studentIds` "
    f"or `enrolled`, not both. At most {MOST_STUDENTS} students can be chosen."
)
class CreateMakeupTokensForStudentsInput:
    student_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"The ids of the students, 1 to {MOST_NAMED}. No id may occur twice."
    )
    enrolled: EnrolledStudentsInput | None = strawberry.field(
        default=None, description="Chooses all students who are enrolled on a date."
    )
    token: MakeupTokenDraftInput = strawberry.field(description="The terms of the token that each student is given.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The background task was created and starts at once. It creates the tokens.")
class CreateMakeupTokensForStudentsSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when this is the answer to a "
        "retry and the task has been deleted since."
    )
    student_count: int = strawberry.field(description="How many students are given a token. Each is given one.")


CreateMakeupTokensForStudentsResult: TypeAlias = Annotated[
    CreateMakeupTokensForStudentsSuccess
    | MakeupTokenDatesNotPossible
    | NoStudents
    | TooManyStudents
    | PermissionDenied,
    strawberry.union(
        "CreateMakeupTokensForStudentsResult", description="The background task, or the reason why none was started."
    ),
]


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    student_count: int


async def resolve(
    info: Info,
    input: Annotated[
        CreateMakeupTokensForStudentsInput, strawberry.argument(description="The students and the token.")
    ],
) -> CreateMakeupTokensForStudentsResult | None:
    chosen = chosen_students(input)
    draft = draft_of(input.token, "input.token")
    async with act_once(info, input, Started, lambda uow, viewer, now: _start(uow, viewer, chosen, draft, now)) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return CreateMakeupTokensForStudentsSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
        student_count=done.outcome.student_count,
    )


async def _start(
    uow: UnitOfWork, viewer: Viewer, chosen: list[UUID] | EnrolledStudents, draft: TokenDraft, now: datetime
) -> Started:
    """Start the background task.

    Raises NothingFound, LocationNotFound, MakeupTokenDatesNotPossible, NoStudents and TooManyStudents.
    """
    plan = await plan_tokens_for_many(uow.connection, viewer, chosen, draft, now=now)
    given = TokensGiven(plan.student_ids, plan.draft)
    task_id = await start_task(uow, CreateMakeupTokens, given, Author.of(viewer.caller), now=now)
    return Started(task_id, len(plan.student_ids))


def chosen_students(given: CreateMakeupTokensForStudentsInput) -> list[UUID] | EnrolledStudents:
    """Return the students by id, or the conditions that choose them. Raises BadInput."""
    if (given.student_ids is None) == (given.enrolled is None):
        raise BadInput("Give either input.studentIds or input.enrolled, not both.")
    if given.enrolled is not None:
        return _enrolled(given.enrolled)
    ids = given.student_ids or []
    if not 0 < len(ids) <= MOST_NAMED:
        raise BadInput(f"input.studentIds has {len(ids)} ids; 1 to {MOST_NAMED} are allowed.")
    students = decode_ids(ids, "Student", "input.studentIds", at_most=MOST_NAMED)
    if len(set(students)) < len(students):
        raise BadInput("input.studentIds has an id twice; give each id once.")
    return students


def _enrolled(given: EnrolledStudentsInput) -> EnrolledStudents:
    types = checked_words(given.types, "input.enrolled.types")
    if types and EnrollmentType.WAITLIST in types:
        raise BadInput("input.enrolled.types has WAITLIST, which is not allowed there; leave it out.")
    return EnrolledStudents(
        enrolled_on=checked_date(given.enrolled_on, "input.enrolled.enrolledOn"),
        types=types or ENROLLED,
        offering_ids=_ids(given.offering_ids, "Offering", "offeringIds"),
        location_ids=_ids(given.location_ids, "Location", "locationIds"),
        program_ids=_ids(given.program_ids, "Program", "programIds"),
    )


def _ids(given: list[Any] | None, type_name: str, name: str) -> list[UUID] | None:
    return decode_ids(given, type_name, f"input.enrolled.{name}", at_most=MOST_IDS) if given else None


field = strawberry.mutation(
    resolver=resolve,
    description="Create a makeup token for each of many students, by a background task; `makeupTokensPreview` counts "
    "them before. Each student's token, ledger "
    "entry and e-mail are one item of the task, done completely or not at all. The token limit of the settings does "
    "not apply. Tokens without `issueOn` are issued on the date of this request, even if the task runs past midnight. "
    "The task lists as exceptions the students who were deleted meanwhile and the families without an e-mail address. "
    "Needs CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal; without SEE_ALL, only students of "
    "offerings that the caller teaches, or substitutes on the date, can be chosen. A student, location or program "
    "that was deleted or that the caller may not see is NOT_FOUND. An unknown offering, location or program in "
    "`enrolled` chooses no students.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
