"""What the ledger must say of the tokens of two days, reckoned entry by entry (R7.3, R7.6, R7.9)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tests.simulation.timetable import Meeting
from tests.support.token_audit import Audit

# Who counts does not wait for who takes back at the same time: an entry of these milliseconds before may be the later.
AT_THE_SAME_TIME = 2000


def within_limit(found: Audit, limit: int) -> Iterator[str]:
    """Yield a sentence for each fault: an absence that earned no token although the limit was not reached when that was
    decided, and a student who ever had more tokens than the limit allows.
    """
    entries = sorted((entry for of_one in found.ledger.values() for entry in of_one), key=lambda entry: entry.id)
    live: Counter[UUID] = Counter()
    taken: dict[UUID, list[int]] = {}
    for entry in entries:
        student = entry.student_id
        if entry.act in ("ISSUED", "REINSTATED"):
            live[student] += 1
            if live[student] > limit:
                yield f"{student} has {live[student]} tokens after {entry.id}"
        elif entry.act == "REVOKED":
            live[student] -= 1
            taken.setdefault(student, []).append(_milliseconds(entry.id))
        elif entry.cause == "OVER_LIMIT":
            before = _milliseconds(entry.id) - AT_THE_SAME_TIME
            most = live[student] + sum(at >= before for at in taken.get(student, ()))
            if most < limit:
                yield f"{student} was over the limit with {live[student]} tokens at {entry.id}"
    for absence in found.missing():
        acts = found.ledger.get(absence)
        if not acts or acts[-1].cause != "OVER_LIMIT":
            yield f"{absence} has no token, and its ledger says {[(each.act, each.cause) for each in acts or ()]}"


def at_their_time(found: Audit, meetings: list[Meeting]) -> Iterator[str]:
    """R7.3: a run issues nothing before it is due, and only staff's marks issue without one."""
    by_key = {(meeting.timeslot_id, meeting.held_on): meeting for meeting in meetings}
    for absence, entries in found.ledger.items():
        meeting = by_key[absence.timeslot_id, absence.held_on]
        for entry in entries:
            phase = entry.facts.get("phase")
            is_early = phase is not None and entry.entered_at < meeting.due_at(phase)
            is_unasked = (
                phase is None and entry.act in ("ISSUED", "REINSTATED") and entry.source not in ("OFFICE", "STAFF")
            )
            if is_early or is_unasked:
                yield f"{absence}: {entry.act} by {entry.source} in {phase} at {entry.entered_at}"


def by_student(absences: Any) -> Counter[UUID]:
    return Counter(absence.student_id for absence in absences)


def _milliseconds(id: UUID) -> int:
    """When an entry was made, by its id."""
    return id.int >> 80
