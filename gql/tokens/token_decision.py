"""What came of each of a student's absences (R7.9)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.tokens.explain_absences import ExplainedAbsence, explain_absences
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import SEE_ATTENDANCE, sees_all_occurrences
from db.calendar.occurrences import read_heads
from db.tokens.token_ledger import AbsencePage, read_absences
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, connection, read_page
from gql.marks.vocabulary import AttendanceStatus
from gql.people.student import Student
from gql.tokens.makeup_token import MakeupToken, ShownTokens, show_token
from gql.tokens.token_ledger import MakeupTokenEntry, MakeupTokenFact, show_entry, show_facts
from gql.tokens.vocabulary import TokenCause, TokenOutcome

_CURSORS = Cursors("makeupTokenDecisions", (date, UUID))


@strawberry.type(description="An absence of a student, and what was decided about a makeup token for it.")
class MakeupTokenDecision:
    occurrence: Occurrence = strawberry.field(description="What was missed.")
    status: AttendanceStatus | None = strawberry.field(
        description="The mark as it is now; it is no absence, or null, where a token came before the mark was "
        "corrected or cleared, or where the class was cancelled."
    )
    outcome: TokenOutcome = strawberry.field(description="What it led to.")
    cause: TokenCause | None = strawberry.field(description="Why there is no token; null: there is, or will be.")
    message: str = strawberry.field(description="Outcome and cause as a sentence in English.")
    token: MakeupToken | None = strawberry.field(
        description="The token that stands, or the one that was taken back or deleted; null: there was none."
    )
    due_at: datetime | None = strawberry.field(description="When a run looks at it next; null: none is to come.")
    facts: list[MakeupTokenFact] = strawberry.field(
        description="What the decision went by: counted and limit, where the limit was reached."
    )
    entries: list[MakeupTokenEntry] = strawberry.field(
        description="All that was entered about it in the ledger, the oldest first."
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    page: AbsencePage
    now: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    absences: list[ExplainedAbsence]
    heads: dict[OccurrenceKey, OccurrenceHead]
    shown: ShownTokens


async def decisions_of_student(
    info: Info, student: Student, first: int | None, after: str | None
) -> Connection[MakeupTokenDecision]:
    """A page, the newest first; eight statements for all students of a batch. Raises BadInput."""
    page, now = read_page(_CURSORS, first=first, after=after), info.context.clock()
    asked = _Asked(AbsencePage(student.facts.id, page.size + 1, page.after and (page.after[0], page.after[1])), now)
    found = await load(info, asked, _read)
    return connection(
        found.absences[: page.size],
        page,
        has_more=len(found.absences) > page.size,
        node=lambda absence: _show(absence, student, found, now),
        cursor=lambda absence: _CURSORS.encode(absence.key.held_on, absence.key.timeslot_id),
    )


async def _read(source: Reading, asked: list[_Asked]) -> list[_Found]:
    connection, viewer = source
    caller, settings = viewer.caller, viewer.settings.makeup_tokens
    visible_to = None if sees_all_occurrences(caller) else caller.person_id
    pages = await read_absences(
        connection, caller.organization_id, [each.page for each in asked], visible_to=visible_to
    )
    wanted = {(each.page.student_id, key) for each, keys in zip(asked, pages, strict=True) for key in keys}
    explained = await explain_absences(
        connection, caller.organization_id, wanted, settings, now=max(each.now for each in asked)
    )
    heads = {
        head.key: head for head in await read_heads(connection, caller.organization_id, {key for _, key in wanted})
    }
    shown = ShownTokens([], heads, settings, is_family=False)
    return [
        _Found([explained[each.page.student_id, key] for key in keys if key in heads], heads, shown)
        for each, keys in zip(asked, pages, strict=True)
    ]


def _show(absence: ExplainedAbsence, student: Student, found: _Found, now: datetime) -> MakeupTokenDecision:
    decision = absence.decision
    return MakeupTokenDecision(
        occurrence=show_occurrence(found.heads[absence.key], now),
        status=absence.status,
        outcome=decision.outcome,
        cause=decision.cause,
        message=decision.message,
        token=None if decision.token is None else show_token(decision.token, student, found.shown, now),
        due_at=absence.due_at,
        facts=[fact for fact in show_facts(decision.facts) if fact.name in ("counted", "limit")],
        entries=[show_entry(step) for step in absence.steps],
    )


async def resolve(
    self: Student,
    info: Info,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MakeupTokenDecision]:
    return await decisions_of_student(info, self, first, after)


field = strawberry.field(
    resolver=resolve,
    description="Every absence of the student, the newest first, with what was decided about a makeup token for it "
    "and why: issued, waiting for its run, skipped, taken back or deleted. Camps and appointments are among them. "
    "Needs attendance VIEW; without SEE_ALL only what one teaches or substitutes is listed; guardians are refused.",
    metadata=requires(SEE_ATTENDANCE),
)
