"""What of the feed a follower is told (R10.3, R11.3): a family hears nothing that it does not see."""

from collections.abc import Iterable
from hashlib import blake2b

from attendance.rules.marks.marks import MarkValue


def is_told_of_mark(before: MarkValue | None, after: MarkValue | None, *, is_family: bool) -> bool:
    """Return whether the change of a mark changes what the follower sees. Families see neither notes nor who made a
    mark.
    """
    return _shown(before, is_family=is_family) != _shown(after, is_family=is_family)


def fingerprint(facts: Iterable[object]) -> str:
    """Return a digest that is equal for equal facts, in all processes. A cursor has it to remember what a client was
    shown.
    """
    digest = blake2b(digest_size=9)
    for fact in facts:
        digest.update(repr(fact).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _shown(mark: MarkValue | None, *, is_family: bool) -> tuple[object, ...] | None:
    if mark is None:
        return None
    return (mark.status, mark.is_defaulted, None if is_family else mark.note)
