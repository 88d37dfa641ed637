"""Input fields that several mutations share, with their checks."""

from strawberry import Maybe

from attendance.rules.marks.marks import NOTE_LIMIT, Keep
from gql.organization.settings_descriptions import SAYS
from gql.protocol.errors import BadInput

NOTE_DESCRIPTION = (
    f"A note of at most {NOTE_LIMIT} characters. Leave it out to keep the present note; pass null or a blank text to "
    "remove it."
)

CAPTURED_DESCRIPTION = (
    "When the person tapped, for a client that was offline meanwhile. It is at most two minutes ahead, on or after the "
    "day of the occurrence at its location, and at most 7 days ago. Whether somebody is tardy or too late is judged by "
    "it. When the caller has changed the mark of a row after this time, that row stays as it is; when somebody else "
    "has, nothing is saved, and AttendanceConflict shows both values. When `seenRevision` is given, changes up to that "
    "revision count as earlier than this time. A retry with the same `idempotencyKey` may have another time. When left "
    "out or null, it is now."
)


def checked_note(note: Maybe[str | None], place: str) -> str | Keep | None:
    """Return the trimmed note, None to remove it, or Keep.NOTE when it was left out. Raises BadInput when it is too
    long.
    """
    if note is None:
        return Keep.NOTE
    text = (note.value or "").strip() or None
    if text is not None and len(text) > NOTE_LIMIT:
        raise BadInput(f"{place}.note has {len(text)} characters; at most {NOTE_LIMIT} are allowed.")
    return text


def checked_seen_revision(given: int | None) -> int | None:
    """Return the revision, or None when it was left out or null. Raises BadInput when it is negative."""
    if given is None:
        return None
    if given < 0:
        raise BadInput("input.seenRevision is negative. It must be 0 or more; 0 is the revision before any change.")
    return given


def leaves(setting: str) -> str:
    """Return the description of a setting as a field of an input."""
    return f"{SAYS[setting]} Leave it out to keep the present value."
