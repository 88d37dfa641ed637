"""What an erasure concerns, and the fingerprint by which a preview and the erasure are compared (R16.5)."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Household:
    """The family or the student that is to be erased.

    student_ids -- the students to be erased who are not erased yet
    guardian_ids -- the guardians of a whole family
    is_whole -- whether the family and its guardians are erased too
    enrollment_ids -- the enrollments that end, with their offerings; `makeup_ids` are the makeups among them
    """

    family_id: UUID
    name: str
    balance: Decimal
    currency: str
    student_ids: tuple[UUID, ...]
    guardian_ids: tuple[UUID, ...]
    is_whole: bool
    enrollment_ids: tuple[UUID, ...]
    makeup_ids: tuple[UUID, ...]
    offering_ids: frozenset[UUID]

    @property
    def seen(self) -> str:
        """A text that differs as soon as the erasure would concern somebody or something else."""
        facts = (self.family_id, self.is_whole, self.balance, self.student_ids, self.guardian_ids, self.enrollment_ids)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ErasureCounts:
    """Rows that stay without names (marks, tokens) and rows that are removed (notes, e-mails that wait)."""

    marks: int
    tokens: int
    notes: int
    waiting_emails: int
