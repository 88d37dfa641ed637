"""What is to be cancelled and how: the input of `cancelOccurrences` and of its dry run, checked."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.cancelling.choose_occurrences import Chosen, ChosenRange, choose_occurrences
from attendance.rules.calendar.listings import MAX_DAYS, range_refusal
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.cancelling.cancelling import (
    COMMENT_LIMIT,
    MOST_OCCURRENCES,
    CancellationOptions,
    CancellationTokens,
)
from attendance.rules.organization.permissions import Caller
from gql.calendar.vocabulary import OfferingKind
from gql.fields.global_ids import decode_ids, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS, MOST_WORDS, checked_words
from gql.protocol.errors import BadInput


@strawberry.input(
    description="Occurrences of a range of local dates: those that meet all that is given. An empty list, or one left "
    "out, sets no condition; without any condition it is everything that the caller sees."
)
class OccurrenceRangeInput:
    from_on: date = strawberry.field(name="from", description="The first local date.")
    to: date = strawberry.field(description=f"The last local date, inclusive; the range holds at most {MAX_DAYS} days.")
    kinds: list[OfferingKind] | None = strawberry.field(
        default=None, description=f"Of offerings of these kinds; at most {MOST_WORDS}."
    )
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Of these offerings; at most {MOST_IDS}."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"At these locations; at most {MOST_IDS}."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"In these programs; at most {MOST_IDS}."
    )


@strawberry.input(
    description="The makeup tokens that a cancellation brings: one for each student with an ACTIVE enrollment on the "
    "roster of a class, in place of an unused token of an absence at it. Camps and appointments bring none."
)
class CancellationTokensInput:
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last local date on which they can be redeemed: today's or a later one. Left out or null: as "
        "the settings for makeup tokens say, unless `neverExpires`.",
    )
    never_expires: bool = strawberry.field(
        default=False, description="They do not expire. Not together with `expiresOn`."
    )
    override_limit: bool = strawberry.field(
        default=False,
        description="Also for students who have as many tokens as the limit of the settings allows. False: these are "
        "left out, and told by name.",
    )
    send_emails: bool = strawberry.field(
        default=False,
        description="Families of students who get a token, or theirs back, are told of it, in one e-mail with the news "
        "of the cancellation.",
    )


@strawberry.input(
    description="What is cancelled: either `occurrenceIds` or `range`, and how. At most "
    f"{MOST_OCCURRENCES} occurrences at once."
)
class CancelOccurrencesInput:
    occurrence_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"These occurrences, at most {MOST_IDS}; each at most once."
    )
    range: OccurrenceRangeInput | None = strawberry.field(
        default=None, description="All occurrences of a range of dates that meet some conditions."
    )
    comment: str | None = strawberry.field(
        default=None,
        description=f"Why, shown on the occurrence and told in the e-mails; at most {COMMENT_LIMIT} characters.",
    )
    notify: bool = strawberry.field(
        default=False,
        description="The families of all students on the rosters are told: one e-mail for each family and occurrence.",
    )
    create_tokens: CancellationTokensInput | None = strawberry.field(
        default=None, description="Makeup tokens for the students. Left out or null: none are created."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


async def choose(connection: AsyncConnection, caller: Caller, given: CancelOccurrencesInput, now: datetime) -> Chosen:
    """Raises BadInput, also for what is too much at once, and OccurrenceNotFound."""
    chosen = await choose_occurrences(connection, caller, _wanted(given))
    expires_on = given.create_tokens and given.create_tokens.expires_on
    if expires_on and any(expires_on < local_date(now, head.zone) for head in chosen.heads):
        raise BadInput("input.createTokens.expiresOn is over; choose today or a later date.")
    return chosen


def options_of(given: CancelOccurrencesInput) -> CancellationOptions:
    """Raises BadInput."""
    comment = (given.comment or "").strip() or None
    if comment is not None and len(comment) > COMMENT_LIMIT:
        raise BadInput(f"input.comment has {len(comment)} characters; at most {COMMENT_LIMIT} are allowed.")
    asked, tokens = given.create_tokens, None
    if asked is not None:
        if asked.never_expires and asked.expires_on is not None:
            raise BadInput("input.createTokens has an expiresOn and never expires; choose one.")
        tokens = CancellationTokens(asked.expires_on, asked.never_expires, asked.override_limit, asked.send_emails)
    return CancellationOptions(comment, given.notify, tokens)


def _wanted(given: CancelOccurrencesInput) -> Collection[OccurrenceKey] | ChosenRange:
    if (given.occurrence_ids is None) == (given.range is None):
        raise BadInput("Give either input.occurrenceIds or input.range.")
    if given.range is not None:
        return _range(given.range)
    ids = given.occurrence_ids or []
    if not 0 < len(ids) <= MOST_IDS:
        raise BadInput(f"input.occurrenceIds has {len(ids)} ids; 1 to {MOST_IDS} are allowed.")
    keys = [decode_occurrence_id(each, f"input.occurrenceIds.{place}") for place, each in enumerate(ids)]
    if len(set(keys)) < len(keys):
        raise BadInput("input.occurrenceIds names an occurrence twice; name each once.")
    return keys


def _range(given: OccurrenceRangeInput) -> ChosenRange:
    refusal = range_refusal(given.from_on, given.to)
    if refusal is not None:
        raise BadInput(f"input.range cannot be cancelled. {refusal}")
    return ChosenRange(
        within=DateSpan(given.from_on, given.to),
        kinds=checked_words(given.kinds, "input.range.kinds"),
        offering_ids=_ids(given.offering_ids, "Offering", "offeringIds"),
        location_ids=_ids(given.location_ids, "Location", "locationIds"),
        program_ids=_ids(given.program_ids, "Program", "programIds"),
    )


def _ids(given: list[Any] | None, type_name: str, name: str) -> list[UUID] | None:
    return decode_ids(given, type_name, f"input.range.{name}", at_most=MOST_IDS) if given else None
