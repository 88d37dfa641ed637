"""End a family, or one student of it, from a date on (R13.1)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from attendance.actions.enrollments.steps.offer_places import settle_and_offer
from attendance.actions.roster.steps.roster_changed import sheets_changed
from attendance.actions.tokens.reset_makeup_token import number_revoked, release_makeups
from attendance.actions.tokens.steps.follow_leaving import follow_leaving
from attendance.rules.enrollments.leaving import keeps_tokens
from attendance.rules.organization.permissions import Viewer, may
from attendance.rules.people.ending import Leaver, LeavingEffect, OpenPlace, require_ahead
from attendance.rules.people.registering import require_sight_of_all
from attendance.rules.refusals import NothingFound, PermissionDenied
from attendance.rules.vocabulary import EnrollmentType, MakeupTokenAct, Permission
from db.calendar.timetables import lock_offerings
from db.makeups.makeup_releases import TiedMakeup, tokens_of_makeups, withdraw_requests
from db.marks.changes import Author
from db.people.ending import (
    count_unused_tokens,
    end_guardians,
    end_places,
    find_family_of,
    find_guardians,
    find_leaving,
    find_requested_tokens,
    lock_leaving,
    read_open_places,
)
from db.people.erasing import HeldToken
from db.roster.roster_changes import find_sheets_of
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.unit_of_work import UnitOfWork


async def end_family(uow: UnitOfWork, viewer: Viewer, leaver: Leaver, *, now: datetime) -> LeavingEffect:
    """End the places of the students who leave on the day before the given date. Places that would never begin are
    deleted, booked makeups are given back, and open requests are withdrawn. Unused tokens lapse as they do after the
    drop of the last place (R8.11). The family, its students and all records of them stay. Open roll sheets receive the
    change. A second call changes nothing.

    Raises NothingFound, PermissionDenied and PastIsFixed.
    """
    require_sight_of_all(viewer.caller)
    if leaver.ends_guardians and not may(viewer.caller, Permission.MANAGE_PEOPLE):
        raise PermissionDenied(Permission.MANAGE_PEOPLE, "Ending guardians needs the permission MANAGE_PEOPLE.")
    students = await find_leaving(uow, leaver)
    if students is None:
        raise NothingFound("There is no such family." if leaver.student_id is None else "There is no such student.")
    guardians = await find_guardians(uow, leaver.family_id) if leaver.ends_guardians else []
    offering_ids = {place.offering_id for place in await read_open_places(uow, students, leaver.since, now)}
    await lock_offerings(uow, offering_ids)
    author = Author.of(viewer.caller)
    async with sheets_changed(uow, students, await find_sheets_of(uow, offering_ids, now), author=author, now=now):
        tokens = await lock_leaving(uow, students)
        # A place that somebody gives in another offering at the same time counts as given after the family has left.
        found = await read_open_places(uow, students, leaver.since, now)
        places = [place for place in found if place.offering_id in offering_ids]
        require_ahead(places)
        released = await _give_back(uow, places, author, now)
        asked = await find_requested_tokens(uow, students, leaver.since, now)
        withdrawn = await _withdraw(uow, asked, tokens, author, now)
        await end_places(uow, places, now)
        lapse_on = await follow_leaving(
            uow,
            {place.student_id for place in places if keeps_tokens(place.type)},
            viewer.settings.makeup_tokens,
            today=max((place.today for place in places), default=now.date()),
        )
        await end_guardians(uow, guardians, now)
    await number_revoked(uow, released, author, now)
    await settle_and_offer(uow, {place.offering_id for place in places}, viewer.settings, now=now)
    unused = await count_unused_tokens(uow.connection, uow.organization_id, students, now)
    makeups = [place.id for place in places if place.type is EnrollmentType.MAKEUP]
    others = [place.id for place in places if place.type is not EnrollmentType.MAKEUP]
    return LeavingEffect(tuple(students), tuple(others), tuple(makeups), withdrawn, unused, lapse_on, tuple(guardians))


async def end_student(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, since: date | None, *, now: datetime
) -> LeavingEffect:
    """Do what `end_family` does for one student, whose guardians keep their access.

    Raises NothingFound, PermissionDenied and PastIsFixed.
    """
    require_sight_of_all(viewer.caller)
    family_id = await find_family_of(uow, student_id)
    if family_id is None:
        raise NothingFound("There is no such student.")
    return await end_family(uow, viewer, Leaver(family_id, student_id, since, ends_guardians=False), now=now)


async def _give_back(uow: UnitOfWork, places: Sequence[OpenPlace], author: Author, now: datetime) -> list[TiedMakeup]:
    """Free the tokens of makeups that are not held yet."""
    makeups = [place.id for place in places if place.type is EnrollmentType.MAKEUP]
    tied = await tokens_of_makeups(uow.connection, uow.organization_id, makeups)
    return await release_makeups(uow, set(tied.values()), author=author, now=now)


async def _withdraw(
    uow: UnitOfWork, asked: Collection[UUID], tokens: Mapping[UUID, HeldToken], author: Author, now: datetime
) -> int:
    """Withdraw the open requests of the tokens that ask, and return their number."""
    withdrawn = await withdraw_requests(uow, asked, decided_by_id=author.person_id, now=now)
    entries = [
        LedgerEntry(tokens[id_].student_id, id_, MakeupTokenAct.RESET, occurrence=tokens[id_].missed)
        for id_ in sorted(withdrawn)
    ]
    await enter(uow, entries, author=author, now=now)
    return len(withdrawn)
