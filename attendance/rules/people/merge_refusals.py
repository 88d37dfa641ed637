"""Why two rows of one person are not merged (R13.6)."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class MergePreviewOutdated(Refusal):
    """Something has changed since the preview: the merge would do something else than it said."""

    message: str = "Something has changed since the preview. Read the preview again."


@dataclass(eq=False)
class MarksNotChosen(Refusal):
    """Both students have a mark at these occurrences, and nobody chose between them."""

    keys: tuple[OccurrenceKey, ...]
    message: str = "Both students have a mark at an occurrence. Choose whose mark stays."


@dataclass(eq=False)
class MergedTokenInUse(Refusal):
    """Both students have a makeup token for one class, and that of the merged one is used for a makeup ahead."""

    makeup_token_ids: tuple[UUID, ...]
    message: str = "Both students have a token for one class. Reset the one that is used for a makeup first."


@dataclass(eq=False)
class GuardiansOfTwoFamilies(Refusal):
    """Guardians of one family alone are merged."""

    message: str = "These guardians are of two families. Merge the families first."
