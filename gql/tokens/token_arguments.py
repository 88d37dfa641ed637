"""Inputs that the mutations on makeup tokens share, checked, and tokens as an act leaves them."""

from datetime import date
from typing import Any
from uuid import UUID

from strawberry import UNSET

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


def is_given(value: Any) -> bool:
    """Neither left out nor null."""
    return value is not UNSET and value is not None


def id_or_none(given: Any, type_name: str, argument: str) -> UUID | None:
    """Left out or null: none. Raises BadInput."""
    return decode_id(given, type_name, argument) if is_given(given) else None


def date_or_none(given: Any, argument: str) -> date | None:
    """Left out or null: none. Raises BadInput for one on which nothing can meet."""
    return checked_date(given, argument) if is_given(given) else None


def comment_or_none(given: Any, argument: str) -> str | None:
    """Left out, null or blank: none. Raises BadInput for one that is too long."""
    return optional_text(given, argument, COMMENT_LENGTH) if is_given(given) else None


async def show_kept_token(done: Acted[TokenChanged]) -> MakeupToken:
    """Three statements."""
    token_id = done.outcome.token_id
    return (await tokens_by_id(done.uow.connection, done.viewer, [token_id], done.now))[token_id]
