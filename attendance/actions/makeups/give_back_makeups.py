"""Give back the makeups on dates on which their class is not held any more (R8.6b)."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from attendance.actions.tokens.reset_makeup_token import EndedByBusiness, number_revoked, release_makeups
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import returned_tokens_usable_until
from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.vocabulary import ChangeKind, OccurrenceState
from db.calendar.occurrences import read_heads
from db.makeups.makeup_releases import TiedMakeup
from db.makeups.makeups_ahead import makeups_ahead, still_on_sheet
from db.marks.changes import Author
from db.roster.roster_changes import lock_occurrences, number_changes
from db.unit_of_work import UnitOfWork

_NOT_HELD = (OccurrenceState.NOT_SCHEDULED, OccurrenceState.CLOSED)


async def give_back_makeups(
    uow: UnitOfWork, *, author: Author, settings: MakeupTokenSettings, now: datetime
) -> list[TiedMakeup]:
    """Give back all makeups from today on whose class is not held on their date: their places end, and their tokens can
    be used again, at least for the days of R8.6c. Return them.

    Whoever changes sessions, closures, timeslots or the dates of offerings calls this in the same transaction, after
    the change. The caller has locked the offerings that it changed (`lock_offerings`) before it wrote, so nobody
    books a makeup in them meanwhile. Cancelling an occurrence gives back its makeups by itself. The number of
    statements does not depend on the number of makeups.
    """
    ahead = await makeups_ahead(uow.connection, uow.organization_id, now)
    heads = {
        head.key: head for head in await read_heads(uow.connection, uow.organization_id, {each.key for each in ahead})
    }
    lost = [each for each in ahead if not _is_held(heads.get(each.key))]
    if not lost:
        return []
    await lock_occurrences(uow, {each.key for each in lost} | {each.missed for each in lost if each.missed is not None})
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for each in lost:
        by_day[each.today].append(each.token_id)
    released: list[TiedMakeup] = []
    # Locations have at most three local dates at any moment.
    for today, token_ids in sorted(by_day.items()):
        ended = EndedByBusiness(TokenCause.CLASS_NOT_HELD, returned_tokens_usable_until(today, settings))
        released += await release_makeups(uow, token_ids, author=author, ended=ended, now=now)
    freed = {each.token_id for each in released}
    rows = [(each.key, each.student_id) for each in lost if each.token_id in freed]
    there = await still_on_sheet(uow.connection, uow.organization_id, rows)
    await number_changes(uow, ChangeKind.ROSTER, {row: row not in there for row in rows}, author, now)
    await number_revoked(uow, released, author, now)
    return released


def _is_held(head: OccurrenceHead | None) -> bool:
    return head is not None and head.state not in _NOT_HELD
