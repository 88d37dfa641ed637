"""Prints an import's progress, its problems, and what is in the database afterwards."""

import time
from typing import TYPE_CHECKING, Self, TextIO

from commands.terminal import say
from importing.report import grouped

if TYPE_CHECKING:
    from importing.report import Report

_SHOWN = 50


class Progress:
    """Shows the importer's progress: in one line that is overwritten at a terminal, elsewhere in a line per step."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._what = ""
        self._told_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_terminal and self._what:
            self._stream.write("\n")

    def __call__(self, what: str, done: int, total: int) -> None:
        is_new, self._what = what != self._what, what
        if not self._is_terminal:
            if is_new:
                self._stream.write(f"{what} ...\n")
            return
        now = time.monotonic()
        if is_new or done >= total or now - self._told_at > 0.1:
            self._told_at = now
            share = f" {done:,} of {total:,}" if total else ""
            self._stream.write(f"\r\x1b[K{what}{share}")
            self._stream.flush()


def tell(report: "Report") -> None:
    """Print each problem once, at the first of its lines, then the counts."""
    problems = grouped(report.problems)
    for problem, count in problems[:_SHOWN]:
        place = f"{problem.file}:{problem.line}" + (f" {problem.column}" if problem.column else "")
        value = f" ({problem.value!r})" if problem.value else ""
        more = f"; the same in {count - 1:,} more rows" if count > 1 else ""
        say(f"{place}: {problem.severity}: {problem.reason}{value}{more}")
    if len(problems) > _SHOWN:
        say(f"... and {len(problems) - _SHOWN:,} more; --report FILE writes all of them.")
    for name, rows in report.files.items():
        left_out = f", {rows.bad:,} left out" if rows.bad else ""
        unused = f", {rows.unused:,} not used by Rollbook" if rows.unused else ""
        say(f"  {name:<24}{rows.read:>8,} rows{left_out}{unused}")
    if not report.is_sound:
        return
    say(f"{'Would be in' if report.is_dry_run else 'In'} {report.organization!r} ({report.seconds:.1f} s):")
    if report.is_new_organization:
        say("  This is a new organization.")
    for name, stored in report.stored.items():
        say(
            f"  {name:<24}{stored.added:>8,} added {stored.changed:>8,} changed "
            f"{stored.removed:>8,} removed {stored.unchanged:>8,} unchanged"
        )
