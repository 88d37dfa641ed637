"""The mutation registerFamily, which registers a family at the desk in one act (R13.4)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.register_family import FamilyRegistered, Registration, WantedPlace, register_family
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.enrollment_arguments import checked_date
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_places
from gql.enrollments.vocabulary import EnrollmentType
from gql.enrollments.waiting_refusals import PlacesForWaitlist
from gql.fields.access import requires
from gql.fields.act_once import Acted, act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_families, find_students
from gql.fields.vocabulary import Permission
from gql.people.kept_guardian import show_kept_guardians
from gql.people.people import Guardian
from gql.people.people_arguments import FamilyInput, GuardianInput, StudentInput
from gql.people.people_refusals import GuardianEmailTaken, PossibleDuplicates
from gql.people.student import Family, Student
from gql.protocol.errors import BadInput

MOST_GUARDIANS = 6
MOST_STUDENTS = 12
MOST_PLACES = 24


@strawberry.input(description="A place for a student who is registered.")
class RegisteredPlaceInput:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    timeslot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the offering's timeslot to which the enrollment is limited. When left out or null, it "
        "covers all timeslots.",
    )
    type: EnrollmentType = strawberry.field(description="ACTIVE, TRIAL, SINGLE_DAY or WAITLIST.")
    starts_on: date = strawberry.field(description="The first date. For SINGLE_DAY, it is the only date.")
    drop_on: date | None = strawberry.field(
        default=None,
        description="The last date, not before `startsOn`. When left out or null, there is no end; a SINGLE_DAY ends "
        "on `startsOn`.",
    )

    def checked(self, argument: str) -> WantedPlace:
        starts_on = checked_date(self.starts_on, f"{argument}.startsOn")
        drop_on = None if self.drop_on is None else checked_date(self.drop_on, f"{argument}.dropOn")
        if self.type is EnrollmentType.SINGLE_DAY:
            drop_on = drop_on or starts_on
            if drop_on != starts_on:
                raise BadInput(f"{argument}.dropOn differs from startsOn, but a SINGLE_DAY enrollment is for one date.")
        if drop_on is not None and drop_on < starts_on:
            raise BadInput(f"{argument}.dropOn is before {argument}.startsOn.")
        slot = self.timeslot_id
        return WantedPlace(
            decode_id(self.offering_id, "Offering", f"{argument}.offeringId"),
            self.type,
            starts_on,
            drop_on,
            None if slot is None else decode_id(slot, "Timeslot", f"{argument}.timeslotId"),
        )


@strawberry.input(description="A student who is registered, with the places that the student gets.")
class RegisteredStudentInput(StudentInput):
    enrollments: list[RegisteredPlaceInput] = strawberry.field(
        default_factory=list,
        description=f"The places, all students together at most {MOST_PLACES}. They need MANAGE_ENROLLMENTS.",
    )


@strawberry.input(description="Who is registered: exactly one of `family` and `familyId`, with guardians and students.")
class RegisterFamilyInput:
    family: FamilyInput | None = strawberry.field(default=None, description="The facts of a new family.")
    family_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of a family that there is, to which the guardians and students are added."
    )
    guardians: list[GuardianInput] = strawberry.field(
        default_factory=list, description=f"The guardians, at most {MOST_GUARDIANS}."
    )
    students: list[RegisteredStudentInput] = strawberry.field(
        default_factory=list, description=f"The students, at most {MOST_STUDENTS}."
    )
    despite_duplicates: bool = strawberry.field(
        default=False,
        description="Whether to register them although people with the same telephone, e-mail address, or name and "
        "birthday are registered: these are others.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="Everybody is registered.")
class RegisterFamilySuccess:
    family: Family = strawberry.field(description="The family.")
    guardians: list[Guardian] = strawberry.field(description="The new guardians, in the order of the input.")
    students: list[Student] = strawberry.field(description="The new students, in the order of the input.")
    enrollments: list[Enrollment] = strawberry.field(description="The new enrollments, in the order of the input.")


RegisterFamilyResult: TypeAlias = Annotated[
    RegisterFamilySuccess
    | PossibleDuplicates
    | GuardianEmailTaken
    | OfferingFull
    | PlacesForWaitlist
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("RegisterFamilyResult", description="Who was registered, or the reason why nobody was."),
]


async def resolve(
    info: Info, input: Annotated[RegisterFamilyInput, strawberry.argument(description="Who is registered.")]
) -> RegisterFamilyResult | None:
    new = _registration(input, info.context.clock())
    async with act_once(
        info, input, FamilyRegistered, lambda uow, viewer, now: register_family(uow, viewer, new, now=now)
    ) as done:
        return await _show(done)


async def _show(done: Acted[FamilyRegistered]) -> RegisterFamilySuccess:
    did = done.outcome
    students = await find_students(done.reading, did.student_ids)
    places = await find_places(done.reading, did.enrollment_ids)
    return RegisterFamilySuccess(
        family=(await find_families(done.reading, [did.family_id]))[did.family_id],
        guardians=await show_kept_guardians(done.uow, did.guardian_ids),
        students=[students[each] for each in did.student_ids],
        enrollments=[places[each] for each in did.enrollment_ids],
    )


def _registration(given: RegisterFamilyInput, now: datetime) -> Registration:
    if (given.family is None) is (given.family_id is None):
        raise BadInput("Give exactly one of input.family and input.familyId.")
    _check_count(given.guardians, "guardians", MOST_GUARDIANS)
    _check_count(given.students, "students", MOST_STUDENTS)
    _check_count([place for each in given.students for place in each.enrollments], "enrollments", MOST_PLACES)
    family = None if given.family is None else given.family.checked("input.family")
    return Registration(
        family=family or decode_id(str(given.family_id), "Family", "input.familyId"),
        guardians=tuple(each.checked(f"input.guardians.{at}") for at, each in enumerate(given.guardians)),
        students=tuple(
            (
                each.checked(f"input.students.{at}", now),
                tuple(
                    place.checked(f"input.students.{at}.enrollments.{number}")
                    for number, place in enumerate(each.enrollments)
                ),
            )
            for at, each in enumerate(given.students)
        ),
        despite_duplicates=given.despite_duplicates,
    )


def _check_count(given: Sequence[object], name: str, most: int) -> None:
    if len(given) > most:
        raise BadInput(f"There are {len(given)} {name}; at most {most} are allowed.")


field = strawberry.mutation(
    resolver=resolve,
    description="Register a family, its guardians and students, and give the students places, in one act: all of it or "
    "nothing. The students appear on subscribed roll sheets at once; where check-in has begun, with a defaulted "
    "absence. Who may be registered already is told first, with `PossibleDuplicates`. Needs MANAGE_PEOPLE together "
    "with attendance VIEW and SEE_ALL, and MANAGE_ENROLLMENTS for places, in the Office Portal or the Staff Portal. A "
    "family, offering or timeslot that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
