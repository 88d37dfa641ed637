"""What every action on the catalogue returns."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.catalogue.effects import NO_EFFECT, Effect


@dataclass(frozen=True, slots=True)
class CatalogueChanged:
    """The id of what was made, changed or ended, and what that did to occurrences."""

    id: UUID
    effect: Effect = NO_EFFECT
