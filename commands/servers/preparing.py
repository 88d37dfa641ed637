"""Starts a program in a child process that prepares itself first, for example by giving up rights.

`subprocess` says of a preparation that fails only that an exception occurred. Here the child says which, and a fault
that may pass, such as a lack of memory on a busy machine, is tried again.
"""

import errno
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

_WAITS = (0.05, 0.2, 0.5)
_STAYS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL})
"""What the system does not permit or does not know: it will not do so a moment later either."""
_NO_ROOM = frozenset({errno.EAGAIN, errno.ENOMEM})
_LONGEST_TEXT = 2000


class NotPrepared(OSError):
    """The preparation failed in the child. The text says why."""


def start_prepared(
    argv: Sequence[str | Path], prepare: Callable[[], None] | None, **given: Any
) -> subprocess.Popen[bytes]:
    """Start `argv`, after `prepare` has run in the child. What may pass is tried four times within a second.

    given -- what subprocess.Popen takes

    Raises NotPrepared, and what subprocess.Popen raises.
    """
    for wait in (*_WAITS, None):
        try:
            return _start([os.fspath(part) for part in argv], prepare, given)
        except OSError as fault:
            passes = fault.errno not in _STAYS if isinstance(fault, NotPrepared) else fault.errno in _NO_ROOM
            if wait is None or not passes:
                raise
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _start(argv: list[str], prepare: Callable[[], None] | None, given: dict[str, Any]) -> subprocess.Popen[bytes]:
    if prepare is None:
        return subprocess.Popen(argv, **given)  # noqa: S603
    # The program does not inherit the pipe, which is closed when it starts.
    reading, writing = os.pipe()
    with closing(cast(BinaryIO, os.fdopen(reading, "rb"))) as said, closing(os.fdopen(writing, "wb", 0)) as telling:
        try:
            return subprocess.Popen(argv, preexec_fn=_telling(prepare, writing), **given)  # noqa: PLW1509, S603
        except subprocess.SubprocessError as fault:
            telling.close()
            number, _, text = said.read().decode(errors="replace").partition(" ")
            raise NotPrepared(int(number or 0), f"{Path(argv[0]).name} was not started: {text or fault}") from fault


def _telling(prepare: Callable[[], None], writing: int) -> Callable[[], None]:
    def run() -> None:
        try:
            prepare()
        except BaseException as fault:
            number = fault.errno or 0 if isinstance(fault, OSError) else 0
            os.write(writing, f"{number} {type(fault).__name__}: {fault}"[:_LONGEST_TEXT].encode())
            raise

    return run
