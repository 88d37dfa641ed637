"""The input of `cancelOccurrences` and of its preview, with its checks."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.cancelling.choose_occurrences import Chosen, ChosenRange, choose_occurrences
from attendance.rules.calendar.listings import MAX_DAYS, range_refusal
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.cancelling.cancelling import (
    COMMENT_LIMIT,
    MOST_OCCURRENCES,
    CancellationOptions,
    CancellationTokens,
)
from attendance.rules.organization.permissions import Caller
from gql.calendar.vocabulary import OccurrenceState, OfferingKind
from gql.fields.global_ids import decode_ids, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS, MOST_WORDS, checked_words
from gql.protocol.errors import BadInput


@strawberry.input(
    description="Chooses all occurrences in a range of local dates that meet all of the conditions. A condition that "
    "is left out, null or an empty list does not limit the choice. Without conditions, all occurrences are chosen "
    "that the caller may see."
)
class OccurrenceRangeInput:
    from_on: date = strawberry.field(name="from", description="The first local date.")
    to: date = strawberry.field(
        description=f"The last local date, inclusive. The range may hold at most {MAX_DAYS} days."
    )
    kinds: list[OfferingKind] | None = strawberry.field(
        default=None, description=f"Only occurrences of offerings of these kinds; at most {MOST_WORDS}."
    )
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences of these offerings; at most {MOST_IDS}."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences at these locations; at most {MOST_IDS}."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences in these programs; at most {MOST_IDS}."
    )


@strawberry.input(
    description="The makeup tokens that a cancellation creates: one for each student on the roster of a class whose "
    "enrollment has one of the `earningTypes` of the settings. It replaces an unused token of an absence at that "
    "class; a token that is in use for a makeup stays in place of a new one. A makeup gets its own token back instead. "
    "Tokens are created even if `tokensEnabled` is off, because that setting governs tokens that come by themselves. "
    "Camps and appointments create none."
)
class CancellationTokensInput:
    expires_on: date | None = strawberry.field(
        default=None,
        description="The last local date on which the tokens can be redeemed; today or later. When left out or null, "
        "the settings for makeup tokens decide, unless `neverExpires` is true.",
    )
    never_expires: bool = strawberry.field(
        default=False, description="Whether the tokens never expire. Must not be true together with `expiresOn`."
    )
    override_limit: bool = strawberry.field(
        default=False,
        description="Whether students get a token even if they have reached the token limit of the settings. If "
        "false, they get none, and the preview and the task name them.",
    )
    send_emails: bool = strawberry.field(
        default=False,
        description="Whether the families of students who get a token, or whose token can be used again, are told. "
        "One e-mail tells them of the cancellation and of the token.",
    )


@strawberry.input(
    description="The occurrences to cancel, and the options. Give either `occurrenceIds` or `range`, not both. At "
    f"most {MOST_OCCURRENCES} occurrences can be cancelled at once."
)
class CancelOccurrencesInput:
    occurrence_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"The ids of the occurrences, at most {MOST_IDS}. No id may occur twice."
    )
    range: OccurrenceRangeInput | None = strawberry.field(
        default=None, description="Chooses all occurrences in a range of dates that meet some conditions."
    )
    comment: str | None = strawberry.field(
        default=None,
        description=f"The reason, which is shown on the occurrence and told in the e-mails; at most {COMMENT_LIMIT} "
        "characters. When left out, null or blank, there is none.",
    )
    notify: bool = strawberry.field(
        default=False,
        description="Whether the families of all students on the rosters are told. Each family gets one e-mail for "
        "each occurrence.",
    )
    create_tokens: CancellationTokensInput | None = strawberry.field(
        default=None,
        description="The makeup tokens to create for the students. When left out or null, none are created.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.input(
    description="The cancelled occurrences for which to create makeup tokens. Give either `occurrenceIds` or `range`, "
    f"not both; at most {MOST_OCCURRENCES} occurrences can be chosen at once. Occurrences that are not cancelled are "
    "left out."
)
class CreateCancellationTokensInput:
    create_tokens: CancellationTokensInput = strawberry.field(description="The makeup tokens to create.")
    occurrence_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"The ids of the occurrences, at most {MOST_IDS}. No id may occur twice."
    )
    range: OccurrenceRangeInput | None = strawberry.field(
        default=None, description="Chooses all occurrences in a range of dates that meet some conditions."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


async def choose(connection: AsyncConnection, caller: Caller, given: CancelOccurrencesInput, now: datetime) -> Chosen:
    """Return the chosen occurrences. Raises OccurrenceNotFound, and BadInput for too many occurrences or a past
    expiration date.
    """
    chosen = await choose_occurrences(connection, caller, _wanted(given))
    _check_expiry(given.create_tokens, chosen.heads, now)
    return chosen


async def choose_cancelled(
    connection: AsyncConnection, caller: Caller, given: CreateCancellationTokensInput, now: datetime
) -> tuple[OccurrenceHead, ...]:
    """Return the chosen occurrences that are cancelled. Raises as `choose` does."""
    chosen = await choose_occurrences(connection, caller, _wanted(given))
    found = ((head, refusal.state) for head, refusal in chosen.not_cancellable)
    cancelled = tuple(head for head, state in found if state is OccurrenceState.CANCELLED)
    _check_expiry(given.create_tokens, cancelled, now)
    return cancelled


def _check_expiry(asked: CancellationTokensInput | None, heads: Collection[OccurrenceHead], now: datetime) -> None:
    expires_on = asked and asked.expires_on
    if expires_on and any(expires_on < local_date(now, head.zone) for head in heads):
        raise BadInput("input.createTokens.expiresOn is in the past; choose today or a later date.")


def options_of(given: CancelOccurrencesInput) -> CancellationOptions:
    """Return the checked options. Raises BadInput."""
    comment = (given.comment or "").strip() or None
    if comment is not None and len(comment) > COMMENT_LIMIT:
        raise BadInput(f"input.comment has {len(comment)} characters; at most {COMMENT_LIMIT} are allowed.")
    tokens = None if given.create_tokens is None else tokens_of(given.create_tokens)
    return CancellationOptions(comment, given.notify, tokens)


def tokens_of(asked: CancellationTokensInput) -> CancellationTokens:
    """Return the checked options for tokens. Raises BadInput."""
    if asked.never_expires and asked.expires_on is not None:
        raise BadInput("input.createTokens has both expiresOn and neverExpires; give only one of them.")
    return CancellationTokens(asked.expires_on, asked.never_expires, asked.override_limit, asked.send_emails)


def _wanted(given: CancelOccurrencesInput | CreateCancellationTokensInput) -> Collection[OccurrenceKey] | ChosenRange:
    if (given.occurrence_ids is None) == (given.range is None):
        raise BadInput("Give either input.occurrenceIds or input.range, not both.")
    if given.range is not None:
        return _range(given.range)
    ids = given.occurrence_ids or []
    if not 0 < len(ids) <= MOST_IDS:
        raise BadInput(f"input.occurrenceIds has {len(ids)} ids; 1 to {MOST_IDS} are allowed.")
    keys = [decode_occurrence_id(each, f"input.occurrenceIds.{place}") for place, each in enumerate(ids)]
    if len(set(keys)) < len(keys):
        raise BadInput("input.occurrenceIds has an id twice; give each id once.")
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
