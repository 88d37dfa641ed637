"""The entries of the makeup token ledger: what was done with tokens, and why (R7.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_ledger import LedgerStep, with_expiry
from db.tokens.token_ledger import read_ledgers
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load
from gql.fields.vocabulary import Source
from gql.people.people import Actor, show_actor
from gql.tokens.vocabulary import MakeupTokenAct, TokenCause

_TYPES = {"location": "Location", "program": "Program", "offering": "Offering", "enrollment": "Enrollment"}
_TYPES |= {"request": "MakeupRequest"}


@strawberry.type(description="A named detail of a ledger entry, for example the new expiration date.")
class MakeupTokenFact:
    name: str = strawberry.field(
        description="The name of the fact, for example expiresOn, counted, limit, phase, status, makeupOn or "
        "enrollmentId."
    )
    value: str | None = strawberry.field(
        description="The value as text. Ids are global ids, and dates are written YYYY-MM-DD. In an EDITED entry this "
        "is the value after the edit. Null when there is no value."
    )
    before: str | None = strawberry.field(
        description="The value before the edit, as text, in an EDITED entry. Null when there was no value, and in all "
        "other entries."
    )


@strawberry.type(description="One entry of the makeup token ledger.")
class MakeupTokenEntry:
    act: MakeupTokenAct = strawberry.field(description="What was done.")
    cause: TokenCause | None = strawberry.field(description="Why the system did it. Null when a person asked for it.")
    message: str = strawberry.field(description="The act and its cause as an English sentence.")
    entered_at: datetime = strawberry.field(description="When it was done.")
    entered_by: Actor | None = strawberry.field(
        description="The person who did it, or who made the mark that led to it. Null when the system did it."
    )
    source: Source = strawberry.field(description="Through which portal or device it was done.")
    facts: list[MakeupTokenFact] = strawberry.field(description="Further facts about the act, ordered by name.")


@dataclass(frozen=True)
class _Asked:
    """A token and the time of the request, as a key of a batch."""

    token: TokenFacts
    now: datetime

    def __hash__(self) -> int:
        return hash(self.token.id)


async def load_ledger(info: Info, token: TokenFacts) -> list[MakeupTokenEntry]:
    """Return the ledger of a token. This executes one statement for all tokens of a batch."""
    asked = _Asked(token, info.context.clock())
    return [show_entry(step) for step in await load(info, asked, _read)]


async def _read(source: Reading, asked: list[_Asked]) -> list[list[LedgerStep]]:
    ledgers = await read_ledgers(
        source.connection, source.viewer.caller.organization_id, {each.token.id for each in asked}
    )
    return [with_expiry(each.token, ledgers[each.token.id], each.now) for each in asked]


def show_entry(step: LedgerStep) -> MakeupTokenEntry:
    return MakeupTokenEntry(
        act=step.act,
        cause=step.cause,
        message=step.sentence,
        entered_at=step.entered_at,
        entered_by=show_actor(step.by),
        source=step.source,
        facts=show_facts(step.facts),
    )


def show_facts(facts: Mapping[str, Any]) -> list[MakeupTokenFact]:
    before, after = facts.get("before"), facts.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [_fact(name, after.get(name), before.get(name)) for name in sorted({*before, *after})]
    return [_fact(name, value) for name, value in sorted(facts.items()) if value is not None]


def _fact(name: str, value: object, before: object = None) -> MakeupTokenFact:
    first, *others = name.split("_")
    shown = first + "".join(each.capitalize() for each in others)
    return MakeupTokenFact(name=shown, value=_text(name, value), before=_text(name, before))


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    type_name = _TYPES.get(name.removesuffix("_id")) if name.endswith("_id") else None
    return str(value) if type_name is None else encode_id(type_name, UUID(str(value)))
