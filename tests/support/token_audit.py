"""Makeup tokens beside the final marks, reckoned without the product's rules, and the books of it in order."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

ABSENCES = frozenset({"ABSENT", "EXCUSED_ABSENCE"})
_MARKS = """
    SELECT m.student_id, m.timeslot_id, m.held_on, m.status, f.kind, e.type, o.cancelled_at IS NOT NULL AS is_cancelled
    FROM mark m
    JOIN occurrence o ON o.timeslot_id = m.timeslot_id AND o.held_on = m.held_on
    JOIN timeslot s ON s.id = m.timeslot_id
    JOIN offering f ON f.id = s.offering_id
    LEFT JOIN enrollment e ON e.id = m.enrollment_id
    WHERE m.organization_id = :id
"""
_TOKENS = "SELECT * FROM makeup_token WHERE organization_id = :id AND origin = 'ABSENCE'"
_LEDGER = """
    SELECT e.*, t.origin
    FROM makeup_token_entry e LEFT JOIN makeup_token t ON t.id = e.makeup_token_id
    WHERE e.organization_id = :id AND e.held_on IS NOT NULL
    ORDER BY e.id
"""
_TWICE = """
    SELECT student_id, timeslot_id, held_on, count(*) FROM makeup_token
    WHERE organization_id = :id AND origin <> 'MANUAL' AND revoked_at IS NULL AND deleted_at IS NULL
    GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_WAITING = "SELECT timeslot_id, held_on, phase FROM token_run WHERE organization_id = :id AND state <> 'DONE'"
_NUMBERED = """
    SELECT o.timeslot_id, o.held_on, o.revision, array_agg(c.revision ORDER BY c.revision) AS revisions
    FROM occurrence o JOIN change c ON c.timeslot_id = o.timeslot_id AND c.held_on = o.held_on
    WHERE o.organization_id = :id
    GROUP BY o.timeslot_id, o.held_on, o.revision
"""
GOES_WITH = {None: {"ISSUED", "SKIPPED"}, "ISSUED": {"REVOKED"}, "REVOKED": {"REINSTATED", "SKIPPED"},
             "SKIPPED": {"ISSUED", "REINSTATED", "SKIPPED"}, "REINSTATED": {"REVOKED"}}  # fmt: skip
LIVE_ACTS = {"ISSUED", "REINSTATED"}


class Absence(NamedTuple):
    """A student at an occurrence; what a token may be for."""

    student_id: UUID
    timeslot_id: UUID
    held_on: date


@dataclass
class Audit:
    """`earned`: the absences that are to have a token, by the final marks. `held`: those that have one which was
    neither revoked nor deleted, once for each token; `tied`: those of them whose token is tied to a makeup; `deleted`:
    those whose token was deleted by hand.
    """

    earned: set[Absence]
    held: Counter[Absence]
    tied: set[Absence]
    deleted: set[Absence]
    ledger: dict[Absence, list[Row[Any]]]
    faults: list[str] = field(default_factory=list)

    def missing(self) -> set[Absence]:
        return self.earned - self.held.keys() - self.deleted

    def unearned(self) -> set[Absence]:
        """One that is tied to a makeup is left (R7.4)."""
        return self.held.keys() - self.earned - self.tied


async def audit(owner: AsyncConnection, organization_id: UUID, *, earning: Iterable[str] = ABSENCES) -> Audit:
    """`faults` names every double token, entry of the ledger out of turn, run that waits, and gap of revisions."""

    async def read(statement: str) -> list[Row[Any]]:
        return list(await owner.execute(text(statement).bindparams(id=organization_id)))

    statuses = frozenset(earning)
    earned = {
        absence_of(mark)
        for mark in await read(_MARKS)
        if mark.kind == "CLASS" and mark.type == "ACTIVE" and mark.status in statuses and not mark.is_cancelled
    }
    tokens = await read(_TOKENS)
    held = Counter(absence_of(each) for each in tokens if each.revoked_at is None and each.deleted_at is None)
    tied = {absence_of(each): each.needs_review for each in tokens if each.makeup_enrollment_id is not None}
    deleted = {absence_of(each) for each in tokens if each.deleted_at is not None}
    ledger: dict[Absence, list[Row[Any]]] = defaultdict(list)
    for entry in await read(_LEDGER):
        ledger[absence_of(entry)].append(entry)
    found = Audit(earned, held, set(tied), deleted, ledger)
    found.faults += [f"two tokens: {tuple(each)}" for each in await read(_TWICE)]
    found.faults += [f"{each} is flagged: {flag}" for each, flag in tied.items() if flag is not (each not in earned)]
    found.faults += _out_of_turn(found)
    found.faults += [f"a run waits: {tuple(run)}" for run in await read(_WAITING)]
    found.faults += [
        f"revisions {each.revisions} of {each.timeslot_id} on {each.held_on}, which is at {each.revision}"
        for each in await read(_NUMBERED)
        if each.revisions != list(range(1, each.revision + 1))
    ]
    return found


def absence_of(row: Any) -> Absence:
    return Absence(row.student_id, row.timeslot_id, row.held_on)


def _out_of_turn(found: Audit) -> list[str]:
    """R7.9: for each absence, issued, revoked and reinstated in turn, skips between them once for each cause; the last
    of them says whether there is a token.
    """
    faults = []
    for absence in found.ledger.keys() | found.held.keys():
        entries = found.ledger[absence]
        acts: list[Any] = [None, *(entry.act for entry in entries if entry.act in GOES_WITH and _is_of_absence(entry))]
        is_in_turn = all(act in GOES_WITH[before] for before, act in pairwise(acts))
        is_live = acts[-1] in LIVE_ACTS and absence not in found.deleted
        if not is_in_turn or is_live != (absence in found.held):
            faults.append(f"ledger of {absence}: {acts[1:]}, with {found.held[absence]} tokens")
        causes = [(_is_of_reconciliation(entry), entry.act, entry.cause) for entry in entries]
        if any(one == other and one[:2] == (True, "SKIPPED") for one, other in pairwise(causes)):
            faults.append(f"ledger of {absence} repeats a skip: {causes}")
    return faults


def _is_of_absence(entry: Row[Any]) -> bool:
    return entry.origin == "ABSENCE" or (entry.origin is None and _is_of_reconciliation(entry))


def _is_of_reconciliation(entry: Row[Any]) -> bool:
    """It notes the mark that it went by; cancelling, which skips too, has none."""
    return entry.facts is not None and "status" in entry.facts
