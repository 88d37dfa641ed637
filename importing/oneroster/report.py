"""What an import has to say: problems by file, line and column, and counts by file and by kind of thing."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


class ImportRefused(Exception):
    """The bundle as a whole cannot be imported; the text is one clear sentence, and nothing was kept.

    `report` has what was found before, if anything was read at all.
    """

    report: "Report | None" = None


@dataclass(frozen=True, order=True)
class Problem:
    """One finding. Line 1 is the header; column and value are empty where the whole row or file is meant.

    A warning leaves the row in; an error takes it out. `hangs_on_another`: the row is sound, but names a bad one.
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
        return "hangs on a bad row" if self.hangs_on_another else "error"


@dataclass
class RowCount:
    """Rows of one file: all, those left out for an error, and sound ones for which Rollbook has no use."""

    read: int = 0
    bad: int = 0
    unused: int = 0


@dataclass
class Stored:
    """What became of one kind of thing in the database."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """The outcome of one import; `is_kept` tells whether the database has it now, `is_sound` whether it
    could be loaded at all (a dry run's answer).

    `is_broken`: a file cannot be read at all, so that leaving out bad rows would not help.
    """

    organization: str = ""
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
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_warning]

    @property
    def changes(self) -> int:
        """How many rows the database gained, changed or lost; 0 when the same bundle comes again."""
        return sum(stored.added + stored.changed + stored.removed for stored in self.stored.values())

    def rows(self, file: str) -> RowCount:
        return self.files.setdefault(file, RowCount())

    def thing(self, name: str) -> Stored:
        return self.stored.setdefault(name, Stored())

    def error(self, file: str, line: int, column: str, value: str, reason: str, *, hangs: bool = False) -> None:
        self.problems.append(Problem(file, line, column, value[:80], reason, hangs_on_another=hangs))

    def warn(self, file: str, line: int, column: str, value: str, reason: str) -> None:
        self.problems.append(Problem(file, line, column, value[:80], reason, is_warning=True))


def write_report_file(path: Path, problems: Iterable[Problem]) -> None:
    """All problems as CSV: severity, file, line, column, value, reason. A cell that a spreadsheet takes for a
    formula gets a leading apostrophe, since values come from the bundle."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["severity", "file", "line", "column", "value", "reason"])
        for problem in sorted(problems):
            value = problem.value
            shown = f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
            writer.writerow([problem.severity, problem.file, problem.line, problem.column, shown, problem.reason])
