"""Why a family is not erased (R16.5)."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class ErasurePreviewOutdated(Refusal):
    """Something has changed since the preview: the erasure would do something else than it said."""

    family_id: UUID
    message: str = "This family has changed since the preview. Read `eraseFamilyPreview` again."


@dataclass(eq=False)
class ImportIsRunning(Refusal):
    """An import of the organization is running, which could write again what is erased."""

    message: str = "An import is running. Try again when it has ended."
