"""The mutation `endSession`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.sessions import end_session
from gql.catalogue.acting import (
    CORRECTS_PAST_DESCRIPTION,
    FROM_DESCRIPTION,
    MANAGES,
    NEEDS,
    NOTIFY_DESCRIPTION,
    Act,
    checked_terms,
    rehearsed,
)
from gql.catalogue.catalogue_refusals import MarksInTheWay, PastIsFixed
from gql.catalogue.effect import PREVIEW_DESCRIPTION, CatalogueEffect, CataloguePreview, show_effect
from gql.catalogue.session import Session
from gql.catalogue.shown import session_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The session to end.")
class EndSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The id of the session.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    corrects_past: bool = strawberry.field(default=False, description=CORRECTS_PAST_DESCRIPTION)
    notify_families: bool = strawberry.field(default=False, description=NOTIFY_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The session was ended.")
class EndSessionSuccess:
    session: Session = strawberry.field(description="The session after the change.")
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndSessionResult: TypeAlias = Annotated[
    EndSessionSuccess | PastIsFixed | MarksInTheWay | ImportIsRunning | PermissionDenied,
    strawberry.union("EndSessionResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndSessionInput) -> Act:
    session_id = decode_id(input.session_id, "Session", "input.sessionId")
    terms = checked_terms(input.since_on, corrects_past=input.corrects_past, notifies=input.notify_families)
    return lambda uow, viewer, now: end_session(uow, viewer, session_id, terms, now=now)


async def resolve(
    info: Info, input: Annotated[EndSessionInput, strawberry.argument(description="The session to end.")]
) -> EndSessionResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndSessionSuccess(session=await session_of(done), effect=show_effect(done.outcome.effect))


async def resolve_preview(
    info: Info, input: Annotated[EndSessionInput, strawberry.argument(description="The session to end.")]
) -> CataloguePreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="End a session on the day before `from`. One that has not begun by then is deleted. " + NEEDS,
    metadata=MANAGES,
)
preview = strawberry.field(
    resolver=resolve_preview,
    description="What `endSession` would do. " + PREVIEW_DESCRIPTION,
    metadata=MANAGES,
)
