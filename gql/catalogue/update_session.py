"""The mutation `updateSession`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.sessions import update_session
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    MANAGES,
    NAME_LENGTH,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    given_values,
    rehearsed,
    required,
    with_name,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.session import Session
from gql.catalogue.shown import session_of
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The changes to a session.")
class UpdateSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The id of the session.")
    name: Maybe[str] = strawberry.field(
        default=None, description=f"The name, from 1 to {NAME_LENGTH} characters. Leave it out to keep the present one."
    )
    starts_on: Maybe[date] = strawberry.field(
        default=None, description="The first date. Leave it out to keep the present one."
    )
    ends_on: Maybe[date | None] = strawberry.field(
        default=None,
        description="The last date, inclusive; null makes it a rolling session. Leave it out to keep the present one.",
    )
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The session has the requested values.")
class UpdateSessionSuccess:
    session: Session = strawberry.field(description="The session after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateSessionResult: TypeAlias = Annotated[
    UpdateSessionSuccess | NotPossible | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateSessionResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: UpdateSessionInput) -> Act:
    session_id = decode_id(input.session_id, "Session", "input.sessionId")
    values = given_values(name=input.name, starts_on=input.starts_on, ends_on=input.ends_on)
    values = required(with_name(values), "starts_on")
    for name, argument in (("starts_on", "input.startsOn"), ("ends_on", "input.endsOn")):
        if values.get(name) is not None:
            checked_date(values[name], argument)
    terms = checked_terms(None, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: update_session(uow, viewer, session_id, values, terms, now=now)


async def resolve(
    info: Info, input: Annotated[UpdateSessionInput, strawberry.argument(description="The changes to a session.")]
) -> UpdateSessionResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateSessionSuccess(session=await session_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[UpdateSessionInput, strawberry.argument(description="The changes to a session.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="Rename a session, or give it other dates. Offerings that are attached meet on dates that are "
    "added, and no more on those that are taken away; dates that have passed need `correctsPast`. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `updateSession` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
