"""The mutation `endFamily`, with its preview."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.end_family import end_family
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.ending import Leaver
from attendance.rules.people.ending import LeavingEffect as Left
from db.unit_of_work import UnitOfWork
from gql.catalogue.catalogue_refusals import PastIsFixed
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import REHEARSED, Info, rehearsing
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_families
from gql.fields.vocabulary import Permission
from gql.people.leaving_effect import (
    FROM_DESCRIPTION,
    LeavingEffect,
    LeavingPreview,
    show_leaving,
)
from gql.people.student import Family

Act: TypeAlias = Callable[[UnitOfWork, Viewer, datetime], Awaitable[Left]]

NEEDS = "Needs MANAGE_ENROLLMENTS together with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal"


@strawberry.input(description="The family that leaves.")
class EndFamilyInput:
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    end_guardians: bool = strawberry.field(
        default=True,
        description="Whether the access of the guardians ends. It ends at once, also when `from` is later. When false, "
        "guardians keep their access until `endGuardian`, so that they can still use makeup tokens.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The family has ended. This is also the answer when it had ended before.")
class EndFamilySuccess:
    family: Family = strawberry.field(description="The family, which stays on record.")
    effect: LeavingEffect = strawberry.field(description="What happened to places, makeups and makeup tokens.")


EndFamilyResult: TypeAlias = Annotated[
    EndFamilySuccess | PastIsFixed | PermissionDenied,
    strawberry.union("EndFamilyResult", description="What was done, or the reason why nothing was changed."),
]


async def rehearsed(info: Info, act: Act) -> LeavingEffect:
    """Carry out the act, roll it back, and return what it changed. Raises Forbidden."""
    async with rehearsing(info) as (uow, viewer):
        return show_leaving(await act(uow, viewer, info.context.clock()))


def checked_since(since: date | None) -> date | None:
    """Return the date. Raises BadInput for a date that is out of range."""
    if since is not None:
        checked_date(since, "input.from")
    return since


def _act(input: EndFamilyInput) -> Act:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    leaver = Leaver(family_id, None, checked_since(input.since_on), input.end_guardians)
    return lambda uow, viewer, now: end_family(uow, viewer, leaver, now=now)


async def resolve(
    info: Info, input: Annotated[EndFamilyInput, strawberry.argument(description="The family that leaves.")]
) -> EndFamilyResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    async with act_once(info, input, Left, _act(input)) as done:
        families = await find_families(done.reading, [family_id])
        return EndFamilySuccess(family=families[family_id], effect=show_leaving(done.outcome))


async def resolve_preview(
    info: Info, input: Annotated[EndFamilyInput, strawberry.argument(description="The family that would leave.")]
) -> LeavingPreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="End a family that leaves. The enrollments of its students end on the day before `from`, makeups "
    "that are booked for `from` or later are given back, open requests for makeups on these dates are withdrawn, and "
    "unused makeup tokens expire as they do when a student's last place is dropped. The family and all that was "
    "recorded about it stay; `eraseFamily` removes personal data. Open roll sheets receive the change at once. "
    f"{NEEDS}; when `endGuardians` is true, MANAGE_PEOPLE too. A family that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
preview = strawberry.field(
    resolver=resolve_preview,
    description=f"What `endFamily` would change. {REHEARSED} {NEEDS}; when `endGuardians` is true, MANAGE_PEOPLE too. "
    "A family that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
