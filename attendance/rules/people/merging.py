"""What merging two rows of one person does, and the fingerprint by which preview and merge are compared (R13.6)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkValue
from attendance.rules.people.merge_refusals import MarksNotChosen
from attendance.rules.vocabulary import MergeKind, MergeSide


@dataclass(frozen=True, slots=True)
class HeldMark:
    """A mark, and who made it."""

    value: MarkValue
    enrollment_id: UUID | None
    marked_by_id: UUID | None
    kiosk_id: UUID | None


@dataclass(frozen=True, slots=True)
class SharedOccurrence:
    """An occurrence at which something is recorded of both students, each with the mark, if there is one."""

    key: OccurrenceKey
    from_mark: HeldMark | None
    into_mark: HeldMark | None

    @property
    def must_be_chosen(self) -> bool:
        """Whether both have a mark, and the marks differ."""
        one, other = self.from_mark, self.into_mark
        return one is not None and other is not None and one.value.status is not other.value.status


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What is merged into what. `counts` has the number of rows that move, by table; `shared` is for students alone.

    used_token_ids -- tokens of the merged student that are tied to a makeup or a request that is still ahead, for a
        class of which the other one has a token too
    """

    kind: MergeKind
    from_id: UUID
    into_id: UUID
    counts: Mapping[str, int]
    facts: tuple[Any, ...] = ()
    shared: tuple[SharedOccurrence, ...] = ()
    used_token_ids: tuple[UUID, ...] = ()

    @property
    def seen(self) -> str:
        """A text that differs as soon as the merge would do something else."""
        marks = [(each.key, each.from_mark, each.into_mark) for each in self.shared]
        facts = (self.kind, self.from_id, self.into_id, sorted(self.counts.items()), self.facts, marks)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]

    def marks_left(self, chosen: Mapping[OccurrenceKey, MergeSide]) -> dict[OccurrenceKey, MergeSide]:
        """Return whose mark stays at each shared occurrence that has a mark. Raises MarksNotChosen."""
        missing = [each.key for each in self.shared if each.must_be_chosen and each.key not in chosen]
        if missing:
            raise MarksNotChosen(tuple(missing))
        left = {}
        for each in self.shared:
            if each.from_mark is not None and each.into_mark is not None:
                left[each.key] = chosen.get(each.key, MergeSide.INTO)
            elif each.from_mark is not None:
                left[each.key] = MergeSide.FROM
        return left
