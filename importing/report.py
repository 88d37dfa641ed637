"""The report of an import: problems by file, line and column, and counts by file and by kind of entry."""

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

Progress = Callable[[str, int, int], None]  # the current step, rows done, rows in all (0: not known yet)


class ImportRefused(Exception):
    """The bundle as a whole cannot be imported. The text is one clear sentence, and nothing was kept.

    `report` has what was found before; None when nothing was read.
    """

    report: "Report | None" = None


@dataclass(frozen=True, order=True)
class Problem:
    """One finding. Line 1 is the header. Column and value are empty where the whole row or file is meant.

    A warning keeps the row; an error excludes it.

    hangs_on_another -- the row is sound but refers to a bad one
    """

    file: str
    line: int
    column: str
    value: str
    reason: str
    is_warning: bool = False
    hangs_on_another: bool = False

    @property
    def severity(self) -> str:
        if self.is_warning:
            return "warning"
        return "depends on a bad row" if self.hangs_on_another else "error"


@dataclass
class RowCount:
    """The rows of one file: all rows, those left out because of an error, and sound ones that Rollbook does not use."""

    read: int = 0
    bad: int = 0
    unused: int = 0


@dataclass
class Stored:
    """What changed in the database for one kind of entry."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """The outcome of one import.

    is_kept -- the database contains it now
    is_sound -- it could be loaded, which is the answer of a dry run
    questions -- what the import does only if that is confirmed (R13.10)
    is_broken -- a file cannot be read at all, so leaving out bad rows would not help
    """

    organization: str = ""
    questions: list[str] = field(default_factory=list)
    is_new_organization: bool = False
    is_sound: bool = False
    is_kept: bool = False
    is_dry_run: bool = False
    is_broken: bool = False
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, RowCount] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_warning]

    @property
    def asked(self) -> str:
        """The questions as lines, and how to confirm them."""
        lines = "".join(f"\n  {question}" for question in self.questions)
        return f"{lines}\nIf all of this is meant, add --yes."

    @property
    def changes(self) -> int:
        """The number of rows that the database gained, changed or lost; 0 when the same bundle is loaded again."""
        return sum(stored.added + stored.changed + stored.removed for stored in self.stored.values())

    def rows(self, file: str) -> RowCount:
        return self.files.setdefault(file, RowCount())

    def thing(self, name: str) -> Stored:
        return self.stored.setdefault(name, Stored())

    def error(self, file: str, line: int, column: str, value: str, reason: str, *, hangs: bool = False) -> None:
        self.problems.append(Problem(file, line, column, value[:80], reason, hangs_on_another=hangs))

    def warn(self, file: str, line: int, column: str, value: str, reason: str) -> None:
        self.problems.append(Problem(file, line, column, value[:80], reason, is_warning=True))


def grouped(problems: Iterable[Problem]) -> list[tuple[Problem, int]]:
    """Return each problem once, at its first line, with the number of rows that have it (R13.11). Numbers in the
    reasons of errors do not make a difference, because they are lines and counts of cells. Warnings can contain names
    of students and classes, such as Swim 1 and Swim 2 (R13.9); only lines make no difference there.
    """
    groups: dict[tuple[str, str, str, str], tuple[Problem, int]] = {}
    for problem in sorted(problems):
        numbers = r"(?<=line )\d+" if problem.is_warning else r"\d+"
        key = (problem.file, problem.column, problem.severity, re.sub(numbers, "", problem.reason))
        first, count = groups.get(key, (problem, 0))
        groups[key] = (first, count + 1)
    return list(groups.values())


def write_report_file(path: Path, problems: Iterable[Problem]) -> None:
    """Write all problems as CSV: severity, file, line, column, value, reason. A value that a spreadsheet would take
    for a formula gets a leading apostrophe, since values come from the bundle.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["severity", "file", "line", "column", "value", "reason"])
        for problem in sorted(problems):
            value = problem.value
            shown = f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
            writer.writerow([problem.severity, problem.file, problem.line, problem.column, shown, problem.reason])
