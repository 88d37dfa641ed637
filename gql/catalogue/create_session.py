"""The mutation `createSession`."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.sessions import create_session
from gql.catalogue.acting import MANAGES, NAME_LENGTH, NEEDS, Act
from gql.catalogue.catalogue_refusals import NotPossible
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.session import Session
from gql.catalogue.shown import session_of
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new session.")
class CreateSessionInput:
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    starts_on: date = strawberry.field(description="The first date.")
    ends_on: date | None = strawberry.field(
        default=None,
        description="The last date, inclusive. When left out or null, it is a rolling session, which has no end.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The session was made.")
class CreateSessionSuccess:
    session: Session = strawberry.field(description="The new session.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateSessionResult: TypeAlias = Annotated[
    CreateSessionSuccess | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union("CreateSessionResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: CreateSessionInput) -> Act:
    name = checked_name(input.name, "input.name", NAME_LENGTH)
    starts_on = checked_date(input.starts_on, "input.startsOn")
    ends_on = None if input.ends_on is None else checked_date(input.ends_on, "input.endsOn")
    return lambda uow, viewer, now: create_session(uow, viewer, name, starts_on, ends_on)


async def resolve(
    info: Info, input: Annotated[CreateSessionInput, strawberry.argument(description="The new session.")]
) -> CreateSessionResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateSessionSuccess(session=await session_of(done), effect=show_effect(done.outcome.effect))


field = strawberry.mutation(
    resolver=resolve,
    description="Make a session, or a rolling session when it has no end. " + NEEDS,
    metadata=MANAGES,
)
