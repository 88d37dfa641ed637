"""assignSubstitutes: who stands in for somebody who is away (R9.9)."""

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

_NOBODY = "Null: nobody stands in."


@strawberry.input(description="Who stands in at an occurrence.")
class SubstituteAssignmentInput:
    occurrence_id: strawberry.ID = strawberry.field(description="An occurrence that the absent person teaches.")
    substitute_id: strawberry.ID | None = strawberry.field(description=f"The staff member who stands in. {_NOBODY}")


@strawberry.input(description="Who stands in at every occurrence of the absence that is still to come.")
class EveryOccurrenceInput:
    substitute_id: strawberry.ID | None = strawberry.field(description=f"The staff member who stands in. {_NOBODY}")


@strawberry.input(description="Who stands in, either by `assignments` or at `everyOccurrence`, and who is told.")
class AssignSubstitutesInput:
    staff_absence_id: strawberry.ID = strawberry.field(description="The absence.")
    assignments: list[SubstituteAssignmentInput] | None = strawberry.field(
        default=None,
        description=f"Occurrence by occurrence, 1 to {MOST_IDS}, each at most once. Up to {AT_ONCE} are assigned at "
        "once, all or none; more by a background task.",
    )
    every_occurrence: EveryOccurrenceInput | None = strawberry.field(
        default=None,
        description="One substitute for all that is still to come, by a background task. Those that do not take "
        f"place are left out. At most {MOST_ASSIGNMENTS} occurrences.",
    )
    email_substitutes: bool = strawberry.field(
        default=False,
        description="Whether substitutes are told by e-mail: one message an occurrence; and those who stood in before, "
        "that they do no more.",
    )
    email_families: bool = strawberry.field(
        default=False,
        description="Whether the families of the students enrolled are told who stands in: one message for each family "
        "and occurrence.",
    )
    allow_same_time: bool = strawberry.field(
        default=False, description="Whether a substitute may teach something else at the same time."
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="Substitutes are assigned, or will be by a background task, which begins at once.")
class AssignSubstitutesSuccess:
    staff_absence: StaffAbsence | None = strawberry.field(
        description="The absence. Null: this was sent again, and the absence has been taken back meanwhile."
    )
    background_task_id: strawberry.ID | None = strawberry.field(
        description="The id of the background task; null: it was done at once."
    )
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task: progress, and what staff must know. Null: it was done at once, or this "
        "was sent again, and the task's entry has been deleted meanwhile."
    )
    occurrence_count: int = strawberry.field(description="How many occurrences there are.")
    changed_count: int | None = strawberry.field(
        description="At how many of them somebody else stands in than before; null: the background task tells."
    )
    email_count: int | None = strawberry.field(
        description="How many e-mails are sent; null: the background task tells."
    )
    unreached_occurrence_ids: list[strawberry.ID] = strawberry.field(
        description="Occurrences whose substitute was to be told, and has no e-mail address. With a background task "
        "they are among its exceptions."
    )


AssignSubstitutesResult: TypeAlias = Annotated[
    AssignSubstitutesSuccess | NoSubstituteNeeded | SubstituteNotPossible | NothingToSubstitute | PermissionDenied,
    strawberry.union("AssignSubstitutesResult", description="What was assigned, or why nothing was."),
]


@dataclass(frozen=True, slots=True)
class Done:
    occurrence_count: int
    task_id: UUID | None = None
    changed_count: int | None = None
    email_count: int | None = None
    unreached: tuple[OccurrenceKey, ...] = ()


async def resolve(
    info: Info, input: Annotated[AssignSubstitutesInput, strawberry.argument(description="Who, and where.")]
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
    """Raises what `choose_named`, `choose_every` and `assign_substitutes` raise."""
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
    """One by one, or the one for all. Raises BadInput."""
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
        raise BadInput("input.assignments names an occurrence twice; name each once.")
    return wanted


def _substitute(given: Any, place: str) -> UUID | None:
    return None if given is None else decode_id(given, "StaffMember", f"{place}.substituteId")


field = strawberry.mutation(
    resolver=resolve,
    description="Say who stands in for a staff member who is away, or that nobody does. A substitute sees that "
    "occurrence, and no other, as its instructor does, at once, and loses it at once when it is given to somebody "
    "else. What stands already is left alone, and nobody is told of it again. Today's and coming occurrences only. "
    "Office and Staff Portal, MANAGE_STAFF together with attendance VIEW; without SEE_ALL only what the caller teaches "
    "or substitutes. An absence, occurrence or staff member that is not to be seen, or works here no more, is "
    "NOT_FOUND.",
    metadata=MANAGE_STAFF,
)
