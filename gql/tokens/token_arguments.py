"""Checks of inputs that the mutations on makeup tokens share, and the token that their results show."""

from datetime import date
from uuid import UUID

from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.rules.tokens.tokens_by_hand import COMMENT_LENGTH
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import Acted
from gql.fields.global_ids import decode_id
from gql.people.student_texts import optional_text
from gql.tokens.makeup_token import MakeupToken, tokens_by_id

NEVER_DESCRIPTION = "True when the token has no expiration date. `expiresOn` must then not be given."
COMMENT_DESCRIPTION = (
    f"A remark of at most {COMMENT_LENGTH} characters. Families see it when the setting `familiesSeeComments` is on."
)


def id_or_none(given: str | None, type_name: str, argument: str) -> UUID | None:
    """Return the decoded id, or None when it was left out or null. Raises BadInput."""
    return None if given is None else decode_id(given, type_name, argument)


def date_or_none(given: date | None, argument: str) -> date | None:
    """Return the date, or None when it was left out or null. Raises BadInput for a date outside the supported years."""
    return None if given is None else checked_date(given, argument)


def comment_or_none(given: str | None, argument: str) -> str | None:
    """Return the text, or None when it was left out, null or blank. Raises BadInput when it is too long."""
    return optional_text(given, argument, COMMENT_LENGTH)


async def show_kept_token(done: Acted[TokenChanged]) -> MakeupToken:
    """Return the token after the mutation. This executes three statements."""
    token_id = done.outcome.token_id
    return (await tokens_by_id(done.uow.connection, done.viewer, [token_id], done.now))[token_id]
