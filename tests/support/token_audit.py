"""Makeup tokens beside the final marks, reckoned without the product's rules.

What is true whatever the settings were, such as a ledger in order, is checked by the product's
own audit (R16.1): `assert_sound` in tests/support/audit.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

ABSENCES = frozenset({"ABSENT", "EXCUSED_ABSENCE"})
_MARKS = text("""
    SELECT m.student_id, m.timeslot_id, m.held_on, m.status, f.kind, e.type, o.cancelled_at IS NOT NULL AS is_cancelled
    FROM mark m
    JOIN occurrence o ON o.timeslot_id = m.timeslot_id AND o.held_on = m.held_on
    JOIN timeslot s ON s.id = m.timeslot_id
    JOIN offering f ON f.id = s.offering_id
    LEFT JOIN enrollment e ON e.id = m.enrollment_id
    WHERE m.organization_id = :id
""")
_TOKENS = text("""
    SELECT t.*, o.cancelled_at IS NOT NULL AS is_cancelled
    FROM makeup_token t
    JOIN occurrence o ON o.timeslot_id = t.timeslot_id AND o.held_on = t.held_on
    WHERE t.organization_id = :id AND t.origin = 'ABSENCE'
""")
_LEDGER = text("""
    SELECT e.*, t.origin
    FROM makeup_token_entry e LEFT JOIN makeup_token t ON t.id = e.makeup_token_id
    WHERE e.organization_id = :id AND e.held_on IS NOT NULL
    ORDER BY e.id
""")
_WAITING = text("SELECT timeslot_id, held_on, phase FROM token_run WHERE organization_id = :id AND state <> 'DONE'")


class Absence(NamedTuple):
    """A student at an occurrence; what a token may be for."""

    student_id: UUID
    timeslot_id: UUID
    held_on: date


@dataclass
class Holdings:
    """`earned`: the absences that are to have a token, by the final marks. `held`: those that have one which was
    neither revoked nor deleted, once for each token; `tied`: those of them whose token is tied to a makeup, and whether
    it is flagged; `deleted`: those whose token was deleted by hand.
    """

    earned: set[Absence]
    held: Counter[Absence]
    tied: dict[Absence, bool]
    deleted: set[Absence]

    def missing(self) -> set[Absence]:
        return self.earned - self.held.keys() - self.deleted

    def unearned(self) -> set[Absence]:
        """One that is tied to a makeup is left (R7.4)."""
        return self.held.keys() - self.earned - self.tied.keys()


@dataclass
class Audit(Holdings):
    """`faults` names every flag that is not as the marks say, and every run that waits."""

    ledger: dict[Absence, list[Row[Any]]]
    faults: list[str]


async def holdings(owner: AsyncConnection, organization_id: UUID, *, earning: Iterable[str] = ABSENCES) -> Holdings:
    statuses, given = frozenset(earning), {"id": organization_id}
    earned = {
        absence_of(mark)
        for mark in await owner.execute(_MARKS, given)
        if mark.kind == "CLASS" and mark.type == "ACTIVE" and mark.status in statuses and not mark.is_cancelled
    }
    tokens = list(await owner.execute(_TOKENS, given))
    # A used token stands for the token that the cancellation of its class would have given (R9.2).
    earned |= {absence_of(each) for each in tokens if each.stands_for_cancellation and each.is_cancelled}
    held = Counter(absence_of(each) for each in tokens if each.revoked_at is None and each.deleted_at is None)
    tied = {absence_of(each): each.needs_review for each in tokens if each.makeup_enrollment_id is not None}
    return Holdings(earned, held, tied, {absence_of(each) for each in tokens if each.deleted_at is not None})


async def audit(owner: AsyncConnection, organization_id: UUID, *, earning: Iterable[str] = ABSENCES) -> Audit:
    found, given = await holdings(owner, organization_id, earning=earning), {"id": organization_id}
    ledger: dict[Absence, list[Row[Any]]] = defaultdict(list)
    for entry in await owner.execute(_LEDGER, given):
        ledger[absence_of(entry)].append(entry)
    faults = [
        f"{each} is flagged: {flag}" for each, flag in found.tied.items() if flag is not (each not in found.earned)
    ]
    faults += [f"a run waits: {tuple(run)}" for run in await owner.execute(_WAITING, given)]
    return Audit(found.earned, found.held, found.tied, found.deleted, ledger, faults)


def absence_of(row: Any) -> Absence:
    return Absence(row.student_id, row.timeslot_id, row.held_on)
