"""What each of a student's absences led to (R7.9)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.tokens.explain_absences import ExplainedAbsence, explain_absences
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import SEE_ATTENDANCE, sees_all_occurrences
from attendance.rules.tokens.student_tokens import TokenFacts, seen_by_family
from db.calendar.occurrences import read_heads
from db.tokens.token_ledger import AbsencePage, read_absences
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal
from gql.marks.vocabulary import AttendanceStatus
from gql.people.student import Student
from gql.tokens.makeup_token import MakeupToken, ShownTokens, show_token
from gql.tokens.token_ledger import MakeupTokenEntry, MakeupTokenFact, show_entry, show_facts
from gql.tokens.vocabulary import TokenCause, TokenOutcome

_CURSORS = Cursors("makeupTokenDecisions", (date, UUID))


@strawberry.type(description="An absence of a student, and what was decided about a makeup token for it.")
class MakeupTokenDecision:
    occurrence: Occurrence = strawberry.field(description="The occurrence that the student missed.")
    status: AttendanceStatus | None = strawberry.field(
        description="The student's current mark. Null when the mark was cleared. It is not an absence when the mark "
        "was corrected after a token had been issued, or when the token came from a cancelled class."
    )
    outcome: TokenOutcome = strawberry.field(description="What the absence led to.")
    cause: TokenCause | None = strawberry.field(
        description="Why there is no token. Null when there is a token, when one will be issued, or when no cause is "
        "known."
    )
    message: str = strawberry.field(description="The outcome and its cause as an English sentence.")
    token: MakeupToken | None = strawberry.field(
        description="The token that was issued, even if it was revoked or deleted later. Null when none was issued, "
        "or when the viewer is a guardian who may not see it."
    )
    due_at: datetime | None = strawberry.field(
        description="When the next deferred run will look at the absence. Null when no run is due."
    )
    facts: list[MakeupTokenFact] = strawberry.field(
        description="The numbers behind the decision: `counted` and `limit`, when the token limit was reached. Empty "
        "otherwise."
    )
    entries: list[MakeupTokenEntry] = strawberry.field(
        description="All ledger entries about this absence, oldest first. Empty for guardians."
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
    """Return a page of the student's absences, newest first. Raises BadInput.

    This executes eight statements for all students of a batch.
    """
    page, now = read_page(_CURSORS, first=first, after=after), info.context.clock()
    asked = _Asked(AbsencePage(student.facts.id, page.size + 1, page.after and (page.after[0], page.after[1])), now)
    found = await load(info, asked, _read)
    return first_page(
        found.absences,
        page,
        node=lambda absence: _show(absence, student, found, now),
        cursor=lambda absence: _CURSORS.encode(absence.key.held_on, absence.key.timeslot_id),
    )


async def _read(source: Reading, asked: list[_Asked]) -> list[_Found]:
    connection, viewer = source
    caller, settings = viewer.caller, viewer.settings.makeup_tokens
    is_family = caller.portal is Portal.CUSTOMER
    visible_to = None if is_family or sees_all_occurrences(caller) else caller.person_id
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
    shown = ShownTokens([], heads, settings, is_family=is_family)
    return [
        _Found([explained[each.page.student_id, key] for key in keys if key in heads], heads, shown)
        for each, keys in zip(asked, pages, strict=True)
    ]


def _show(absence: ExplainedAbsence, student: Student, found: _Found, now: datetime) -> MakeupTokenDecision:
    decision = absence.decision
    token = _visible(decision.token, found.shown, now)
    return MakeupTokenDecision(
        occurrence=show_occurrence(found.heads[absence.key], now),
        status=absence.status,
        outcome=decision.outcome,
        cause=decision.cause,
        message=decision.message,
        token=None if token is None else show_token(token, student, found.shown, now),
        due_at=absence.due_at,
        facts=[fact for fact in show_facts(decision.facts) if fact.name in ("counted", "limit")],
        # The ledger names staff and their remarks.
        entries=[] if found.shown.is_family else [show_entry(step) for step in absence.steps],
    )


def _visible(token: TokenFacts | None, shown: ShownTokens, now: datetime) -> TokenFacts | None:
    if token is None or (shown.is_family and not seen_by_family([token], shown.settings, now)):
        return None
    return token


async def resolve(
    self: Student,
    info: Info,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MakeupTokenDecision]:
    return await decisions_of_student(info, self, first, after)


field = strawberry.field(
    resolver=resolve,
    description="All absences of the student, newest first, each with what was decided about a makeup token and why: "
    "it was issued, it waits for a deferred run, or it was skipped, revoked or deleted. Absences from camps and "
    "appointments are included. Guardians see those of their own family, without the ledger. Staff need attendance "
    "VIEW; without SEE_ALL, only the occurrences that the viewer teaches or substitutes are listed.",
    metadata=requires(SEE_ATTENDANCE, by_name=(Portal.CUSTOMER,)),
)
