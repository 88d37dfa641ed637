"""The result that all mutations on requests for makeups share."""

from typing import Any

import strawberry

from attendance.actions.makeups.request_makeup import RequestWritten
from attendance.rules.makeups.makeup_requests import COMMENT_LIMIT
from attendance.rules.refusals import NothingFound
from gql.fields.act_once import Act, act_once
from gql.fields.context import Info
from gql.makeups.makeup_request import MakeupRequest, find_makeup_requests
from gql.protocol.errors import BadInput

COMMENT_DESCRIPTION = f"At most {COMMENT_LIMIT} characters. When left out, null or blank, there is none."


@strawberry.interface(description="A request for a makeup was made, approved, denied or withdrawn.")
class MakeupRequestChanged:
    makeup_request: MakeupRequest = strawberry.field(description="The request after the change.")


async def change_makeup_request(info: Info, given: Any, act: Act[RequestWritten]) -> dict[str, Any]:
    """Act once for the idempotency key, and show the request in the same transaction.

    given -- the mutation's input
    """
    async with act_once(info, given, RequestWritten, act) as done:
        shown = await find_makeup_requests(done.reading, [done.outcome.request_id], done.now)
        if done.outcome.request_id not in shown:
            # This happens on a retry by somebody who may no longer see the student.
            raise NothingFound("There is no such request for a makeup.")
        return {"makeup_request": shown[done.outcome.request_id]}


def checked_comment(given: str | None) -> str | None:
    """Return the comment without surrounding white space, or None. Raises BadInput when it is too long."""
    comment = "" if given is None else given.strip()
    if len(comment) > COMMENT_LIMIT:
        raise BadInput(f"input.comment has {len(comment)} characters; at most {COMMENT_LIMIT} are allowed.")
    return comment or None
