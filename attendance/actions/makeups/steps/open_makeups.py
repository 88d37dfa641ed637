"""The first steps of all acts on makeups: finding what the caller may see, and checking for obstacles (R8.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.enrollments.places import places_taken
from attendance.rules.makeups.makeup_requests import AskedMakeup
from attendance.rules.makeups.makeups import MakeupOccasion, MakeupStudent, require_makeup
from attendance.rules.organization.permissions import Caller, Viewer, may_see_attendance
from attendance.rules.refusals import NothingFound, OccurrenceNotFound, StudentNotFound
from attendance.rules.roster.roster import covers, speaking
from attendance.rules.tokens.student_tokens import TokenFacts, seen_by_family
from attendance.rules.vocabulary import MakeupTokenAct, Portal
from db.calendar.occurrences import find_head
from db.enrollments.enrollments import is_enrollable, read_absences, read_places
from db.makeups.makeup_requests import read_makeup_requests
from db.marks.changes import Author
from db.people.students import Visibility, read_students, visibility_of
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.tokens.student_tokens import read_tokens
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WantedMakeup:
    """The student and the occurrence of a makeup, as they are now. `token` is None for a makeup without one (R8.10)."""

    student_id: UUID
    head: OccurrenceHead
    token: TokenFacts | None


async def require_student(uow: UnitOfWork, caller: Caller, student_id: UUID) -> None:
    """Return the student. Raises StudentNotFound."""
    seen = await read_students(uow.connection, uow.organization_id, [student_id], visibility_of(caller))
    if student_id not in seen or not _sees_students(caller):
        raise StudentNotFound


async def get_token(uow: UnitOfWork, viewer: Viewer, token_id: UUID, now: datetime) -> TokenFacts:
    """One that the caller knows of: families know theirs from the issue date on (R8.2). Nobody is kept from changing it
    yet: see `lock_makeup_token`. Raises NothingFound.
    """
    caller = viewer.caller
    tokens = await read_tokens(uow.connection, uow.organization_id, [token_id])
    if caller.portal is Portal.CUSTOMER:
        tokens = seen_by_family(tokens, viewer.settings.makeup_tokens, now)
    students = {token.student_id for token in tokens}
    seen = await read_students(uow.connection, uow.organization_id, students, visibility_of(caller))
    for token in tokens:
        if token.student_id in seen and _sees_students(caller):
            return token
    raise NothingFound("There is no such makeup token.")


async def get_occasion(uow: UnitOfWork, caller: Caller, key: OccurrenceKey) -> OccurrenceHead:
    """Return the class. Families may use every class, and staff the ones that they see. Raises OccurrenceNotFound."""
    head = await find_head(uow.connection, uow.organization_id, key)
    if head is None or not (caller.portal is Portal.CUSTOMER or may_see_occurrence(caller, head)):
        raise OccurrenceNotFound
    return head


async def get_request(uow: UnitOfWork, caller: Caller, request_id: UUID, now: datetime) -> AskedMakeup:
    """Return a request that the caller may see. Raises NothingFound.

    The request is not locked. Whoever settles it locks its token.
    """
    found = await read_makeup_requests(uow.connection, uow.organization_id, [request_id], visibility_of(caller), now)
    if request_id not in found or not _sees_students(caller):
        raise NothingFound("There is no such request for a makeup.")
    return found[request_id]


async def reread_request(uow: UnitOfWork, request_id: UUID, now: datetime) -> AskedMakeup:
    """Return the request again, for a caller that has found it before and has locked its token."""
    found = await read_makeup_requests(uow.connection, uow.organization_id, [request_id], Visibility(), now)
    return found[request_id]


async def require_possible(
    uow: UnitOfWork, viewer: Viewer, wanted: WantedMakeup, *, now: datetime, is_approval: bool = False
) -> None:
    """Check that R8.6 allows the makeup, with five statements.

    The result holds as long as the caller's locks do: those on the offering and the occurrence for the place, and that
    on the token for everything else.

    Raises StudentNotFound and the refusals of attendance/rules/makeups/makeups.py.
    """
    head, student_id = wanted.head, wanted.student_id
    key, day = head.key, head.key.held_on
    connection, organization_id = uow.connection, uow.organization_id
    students = await read_students(connection, organization_id, [student_id], Visibility())
    if student_id not in students or not await is_enrollable(uow, student_id):
        raise StudentNotFound
    taken = await read_places(
        connection, organization_id, head.offering.id, dates=DateSpan(day, day), now=now, for_student=student_id
    )
    others = {each.student_id for each in taken}
    # An absence on the day after can affect a class that runs past midnight.
    absences = await read_absences(connection, organization_id, others, since=day, until=day + _DAY)
    mine = speaking(each for each in taken if each.student_id == student_id and covers(each, key))
    enrollment_id = None if mine is None else mine.id
    facts = students[student_id]
    require_makeup(
        MakeupOccasion.of(head, places_taken(key, head.slot, taken, absences), enrollment_id),
        MakeupStudent(facts.birth_on, facts.gender),
        wanted.token,
        viewer.settings.makeup_tokens,
        now=now,
        is_approval=is_approval,
    )


async def enter_in_ledger(
    uow: UnitOfWork, token: TokenFacts, act: MakeupTokenAct, facts: dict[str, Any], *, author: Author, now: datetime
) -> None:
    """Enter an act in the ledger (R7.9), under the class that was missed. `facts` are plain JSON."""
    entry = LedgerEntry(token.student_id, token.id, act, None, facts, token.missed)
    await enter(uow, [entry], author=author, now=now)


def _sees_students(caller: Caller) -> bool:
    return caller.portal is Portal.CUSTOMER or may_see_attendance(caller)
