"""Why a family, a guardian or a student is not registered or changed (R13.1)."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class GuardianEmailTaken(Refusal):
    """Another guardian signs in with this e-mail address, which is one person's alone."""

    guardian_id: UUID
    family_id: UUID
    message: str = "Another guardian has this e-mail address."
