"""The query tokenDefaults, which says with what the form for a new makeup token is prefilled (R8.13)."""

from datetime import date
from typing import Annotated

import strawberry

from attendance.actions.tokens.plan_tokens_for_many import token_defaults
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.vocabulary import Permission
from gql.tokens.token_arguments import id_or_none


@strawberry.type(
    description="With what the form for a new makeup token is prefilled. `createMakeupTokens` uses the same dates for "
    "a token without dates of its own."
)
class TokenDefaults:
    issue_on: date = strawberry.field(
        description="Today at the token's location; for a token without a location, the date that has begun at all "
        "locations."
    )
    expires_on: date | None = strawberry.field(
        description="The last date of the token, as the settings say. Null when it never expires."
    )
    never_expires: bool = strawberry.field(description="Whether the token never expires, as the settings say.")
    families_see_comments: bool = strawberry.field(
        description="Whether families see the comment of the token. This is the setting `familiesSeeComments`."
    )


async def resolve(
    info: Info,
    student_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the student who gets the token.")],
    location_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="The id of the only location at which the token can be used. When left out or null, it can be "
            "used at all locations."
        ),
    ] = None,
) -> TokenDefaults:
    student, location = decode_id(student_id, "Student", "studentId"), id_or_none(location_id, "Location", "locationId")
    now = info.context.clock()
    async with reading(info) as (connection, viewer):
        life = await token_defaults(connection, viewer, student, location, now=now)
    return TokenDefaults(
        issue_on=life.issued_on,
        expires_on=life.expires_on,
        never_expires=life.expires_on is None,
        families_see_comments=viewer.settings.makeup_tokens.families_see_comments,
    )


field = strawberry.field(
    resolver=resolve,
    description="With what the form for a new makeup token of a student is prefilled: the issue date, the expiration "
    "date as the settings say, and whether families see the comment. Needs CREATE_MAKEUP_TOKENS and attendance VIEW, "
    "in the Office or Staff Portal. A student or location that was deleted or that the viewer may not see is "
    "NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
