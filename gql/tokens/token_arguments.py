"""Inputs that the mutations on makeup tokens share, checked, and tokens as an act leaves them."""

from datetime import date
from uuid import UUID

from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.rules.tokens.tokens_by_hand import COMMENT_LENGTH
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import Acted
from gql.fields.global_ids import decode_id
from gql.people.student_texts import optional_text
from gql.tokens.makeup_token import MakeupToken, tokens_by_id

NEVER_DESCRIPTION = "true: it has no expiration date, and `expiresOn` must not be given."
COMMENT_DESCRIPTION = (
    f"A remark of at most {COMMENT_LENGTH} characters. Families see it where the setting `familiesSeeComments` says so."
)


def id_or_none(given: str | None, type_name: str, argument: str) -> UUID | None:
    """Left out or null: none. Raises BadInput."""
    return None if given is None else decode_id(given, type_name, argument)


def date_or_none(given: date | None, argument: str) -> date | None:
    """Left out or null: none. Raises BadInput for one on which nothing can meet."""
    return None if given is None else checked_date(given, argument)


def comment_or_none(given: str | None, argument: str) -> str | None:
    """Left out, null or blank: none. Raises BadInput for one that is too long."""
    return optional_text(given, argument, COMMENT_LENGTH)


async def show_kept_token(done: Acted[TokenChanged]) -> MakeupToken:
    """Three statements."""
    token_id = done.outcome.token_id
    return (await tokens_by_id(done.uow.connection, done.viewer, [token_id], done.now))[token_id]
