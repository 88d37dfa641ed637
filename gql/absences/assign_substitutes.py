"""The mutation `assignSubstitutes` assigns substitutes for an absent staff member (R9.9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.absences.assign_substitutes import assign_substitutes
from attendance.actions.absences.choose_substitutes import ToAssign, choose_every, choose_named
from attendance.rules.absences.substitutes import AT_ONCE, MOST_ASSIGNMENTS, Assignment, AssignmentOptions
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.tasks.assign_substitutes import AssignSubstitutes, ChosenSubstitute, SubstitutesChosen
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.absences.staff_absence import (
    MANAGE_STAFF,
    NoSubstituteNeeded,
    NothingToSubstitute,
    StaffAbsence,
    SubstituteNotPossible,
    find_staff_absences,
)
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id, encode_id, encode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.user_errors import PermissionDenied
from gql.protocol.errors import BadInput
from gql.tasks.background_task import BackgroundTask, find_tasks

_NOBODY = "When left out or null, there is to be no substitute."


@strawberry.input(description="The substitute at one occurrence.")
class SubstituteAssignmentInput:
    occurrence_id: strawberry.ID = strawberry.field(
        description="The id of an occurrence that the absent person teaches."
    )
    substitute_id: strawberry.ID | None = strawberry.field(
        default=None, description=f"The id of the staff member who substitutes. {_NOBODY}"
    )


@strawberry.input(description="The substitute at every present and future occurrence of the absence.")
class EveryOccurrenceInput:
    substitute_id: strawberry.ID | None = strawberry.field(
        default=None, description=f"The id of the staff member who substitutes. {_NOBODY}"
    )


@strawberry.input(
    description="The substitutes, given either as `assignments` or as `everyOccurrence`, and who is to be notified by "
    "e-mail."
)
class AssignSubstitutesInput:
    staff_absence_id: strawberry.ID = strawberry.field(description="The id of the staff absence.")
    assignments: list[SubstituteAssignmentInput] | None = strawberry.field(
        default=None,
        description=f"The substitute for each of these occurrences, 1 to {MOST_IDS}; each occurrence can appear once. "
        f"Up to {AT_ONCE} are assigned at once, either all or none. More are assigned by a background task. It must be "
        "null or left out when `everyOccurrence` is given.",
    )
    every_occurrence: EveryOccurrenceInput | None = strawberry.field(
        default=None,
        description="One substitute for all occurrences that are not over, assigned by a background task. Occurrences "
        f"that do not take place are left out. At most {MOST_ASSIGNMENTS} occurrences are assigned. It must be null or "
        "left out when `assignments` is given.",
    )
    email_substitutes: bool = strawberry.field(
        default=False,
        description="Whether substitutes are notified by e-mail, with one message for each occurrence. Previous "
        "substitutes are then also notified that they no longer substitute.",
    )
    email_families: bool = strawberry.field(
        default=False,
        description="Whether the families of the enrolled students are notified of the substitute by e-mail, with one "
        "message for each family and occurrence.",
    )
    allow_same_time: bool = strawberry.field(
        default=False, description="Whether a substitute may teach something else at the same time."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The substitutes are assigned, or a background task has been created that assigns them.")
class AssignSubstitutesSuccess:
    staff_absence: StaffAbsence | None = strawberry.field(
        description="The staff absence. Null when the request was a retry and the absence has been removed since."
    )
    background_task_id: strawberry.ID | None = strawberry.field(
        description="The id of the background task. Null when the substitutes were assigned at once."
    )
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when the substitutes were "
        "assigned at once, or when the request was a retry and the task has been deleted since."
    )
    occurrence_count: int = strawberry.field(description="The number of occurrences to which substitutes are assigned.")
    changed_count: int | None = strawberry.field(
        description="The number of occurrences whose substitute changed. Null when a background task assigns the "
        "substitutes; the task shows the result."
    )
    email_count: int | None = strawberry.field(
        description="The number of e-mails that are sent. Null when a background task assigns the substitutes; the "
        "task shows the result."
    )
    unreached_occurrence_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of occurrences whose substitute was to be notified but has no e-mail address. Empty when "
        "a background task assigns the substitutes; they are then among its exceptions."
    )


AssignSubstitutesResult: TypeAlias = Annotated[
    AssignSubstitutesSuccess | NoSubstituteNeeded | SubstituteNotPossible | NothingToSubstitute | PermissionDenied,
    strawberry.union(
        "AssignSubstitutesResult", description="The assigned substitutes, or the reason why none were assigned."
    ),
]


@dataclass(frozen=True, slots=True)
class Done:
    occurrence_count: int
    task_id: UUID | None = None
    changed_count: int | None = None
    email_count: int | None = None
    unreached: tuple[OccurrenceKey, ...] = ()


async def resolve(
    info: Info,
    input: Annotated[AssignSubstitutesInput, strawberry.argument(description="The absence and its substitutes.")],
) -> AssignSubstitutesResult | None:
    absence_id = decode_id(input.staff_absence_id, "StaffAbsence", "input.staffAbsenceId")
    wanted = _wanted(input)
    options = AssignmentOptions(input.email_substitutes, input.email_families, input.allow_same_time)
    async with act_once(
        info, input, Done, lambda uow, viewer, now: _assign(uow, viewer, (absence_id, wanted, options), now)
    ) as done:
        source = done.reading
        tasks = await find_tasks(source, [] if done.outcome.task_id is None else [done.outcome.task_id])
        absences = await find_staff_absences(source, [absence_id])
    return AssignSubstitutesSuccess(
        staff_absence=absences.get(absence_id),
        background_task_id=None if done.outcome.task_id is None else encode_id("BackgroundTask", done.outcome.task_id),
        background_task=None if done.outcome.task_id is None else tasks.get(done.outcome.task_id),
        occurrence_count=done.outcome.occurrence_count,
        changed_count=done.outcome.changed_count,
        email_count=done.outcome.email_count,
        unreached_occurrence_ids=[encode_occurrence_id(key) for key in done.outcome.unreached],
    )


async def _assign(
    uow: UnitOfWork,
    viewer: Viewer,
    asked: tuple[UUID, list[Assignment] | UUID | None, AssignmentOptions],
    now: datetime,
) -> Done:
    """Assign the substitutes or create the background task. Raises what `choose_named`, `choose_every` and
    `assign_substitutes` raise.
    """
    absence_id, wanted, options = asked
    if isinstance(wanted, list):
        chosen = await choose_named(uow, viewer.caller, wanted)
        if len(chosen) <= AT_ONCE:
            done = await assign_substitutes(uow, absence_id, wanted, options, now=now)
            return Done(len(wanted), None, len(done.changed), done.email_count, done.unreached)
    else:
        chosen = await choose_every(uow, viewer.caller, absence_id, wanted, now=now)
    given = SubstitutesChosen(absence_id, tuple(map(_chosen, chosen)), options)
    return Done(len(chosen), await start_task(uow, AssignSubstitutes, given, Author.of(viewer.caller), now=now))


def _chosen(each: ToAssign) -> ChosenSubstitute:
    return ChosenSubstitute(each.key.timeslot_id, each.key.held_on, each.substitute_id, each.title)


def _wanted(given: AssignSubstitutesInput) -> list[Assignment] | UUID | None:
    """Return the assignments, or the one substitute for every occurrence. Raises BadInput."""
    if (given.assignments is None) == (given.every_occurrence is None):
        raise BadInput("Give either input.assignments or input.everyOccurrence.")
    if given.every_occurrence is not None:
        return _substitute(given.every_occurrence.substitute_id, "input.everyOccurrence")
    asked = given.assignments or []
    if not 0 < len(asked) <= MOST_IDS:
        raise BadInput(f"input.assignments has {len(asked)} entries; 1 to {MOST_IDS} are allowed.")
    wanted = [
        Assignment(
            decode_occurrence_id(each.occurrence_id, f"input.assignments.{place}.occurrenceId"),
            _substitute(each.substitute_id, f"input.assignments.{place}"),
        )
        for place, each in enumerate(asked)
    ]
    if len({each.key for each in wanted}) < len(wanted):
        raise BadInput("input.assignments names an occurrence twice. Name each once.")
    return wanted


def _substitute(given: Any, place: str) -> UUID | None:
    return None if given is None else decode_id(given, "StaffMember", f"{place}.substituteId")


field = strawberry.mutation(
    resolver=resolve,
    description="Assigns substitutes for an absent staff member, or removes them. A substitute immediately sees that "
    "occurrence as its instructor does, but no other occurrence of the offering. A previous substitute loses this "
    "access immediately. An occurrence that already has the given substitute stays unchanged, and nobody is notified "
    "again. Only today's and future occurrences can get a substitute. Needs MANAGE_STAFF together with attendance "
    "VIEW, in the Office Portal or the Staff Portal; without SEE_ALL, only for occurrences that the caller teaches or "
    "substitutes. An absence, occurrence or staff member that does not exist, that the caller may not see, or that no "
    "longer works here is answered with NOT_FOUND.",
    metadata=MANAGE_STAFF,
)
