"""The refusals of changing settings."""

from dataclasses import dataclass

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import (
    EnrollmentType,
)


@dataclass(eq=False)
class SettingOutOfRange(Refusal):
    """A setting is below `least` or above `most`. `setting` is its name in attendance.rules.organization.settings."""

    setting: str
    value: int
    least: int
    most: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The setting would be {self.value}; it must be from {self.least} to {self.most}."


@dataclass(eq=False)
class EarningTypesNotAllowed(Refusal):
    """Absences through enrollments of these types cannot earn tokens (R7.2). `types` is empty when no type
    was given.
    """

    types: tuple[EnrollmentType, ...]
    allowed: tuple[EnrollmentType, ...]
    message: str
