"""Inputs that mutations share, checked."""

from typing import Any

from strawberry import UNSET, Maybe

from attendance.rules.marks.marks import NOTE_LIMIT, Keep
from gql.organization.settings_descriptions import SAYS
from gql.protocol.errors import BadInput

NOTE_DESCRIPTION = f"A remark of at most {NOTE_LIMIT} characters. Left out: the note stays. Null or blank: it goes."


def checked_note(note: Maybe[str | None], place: str) -> str | Keep | None:
    """Trimmed; None: it goes. Raises BadInput for one that is too long."""
    if note is None:
        return Keep.NOTE
    text = (note.value or "").strip() or None
    if text is not None and len(text) > NOTE_LIMIT:
        raise BadInput(f"{place}.note has {len(text)} characters; at most {NOTE_LIMIT} are allowed.")
    return text


def checked_seen_revision(given: Any) -> int | None:
    """`given` may be left out. Raises BadInput for a negative one."""
    if given is UNSET or given is None:
        return None
    if given < 0:
        raise BadInput("input.seenRevision is negative; the revision before any change is 0.")
    revision: int = given
    return revision


def leaves(setting: str) -> str:
    """Describes a setting in an input."""
    return f"{SAYS[setting]} Left out: it stays."
