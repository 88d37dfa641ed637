"""A bundle's rows with every reference checked, and the kinds of its users."""

from dataclasses import dataclass, field

from attendance.rules.vocabulary import Permission
from importing.columns import Column
from importing.csv_rows import Record, Rows, read_rows
from importing.oneroster.bundle import Bundle
from importing.oneroster.known import Known
from importing.oneroster.specification import VERSIONS
from importing.report import Progress, Report


@dataclass
class Roster:
    """The bundle's rows. `files` is ordered so that rows refer only to earlier files.

    Users are grouped by kind, and a user can be of several kinds. Staff come with the permissions of their roles.
    """

    version: str
    files: dict[str, Rows]
    students: dict[str, Record] = field(default_factory=dict)
    guardians: dict[str, Record] = field(default_factory=dict)
    staff: dict[str, tuple[Record, frozenset[Permission]]] = field(default_factory=dict)

    def rows(self, file: str) -> Rows:
        """Return the rows of the file; an absent file has none."""
        return self.files.get(file) or Rows(file, "absent")

    def is_student(self, user: str, known: Known) -> bool:
        return user in self.students or (self._is_untouched(user) and user in known.live_students)

    def is_staff(self, user: str, known: Known) -> bool:
        return user in self.staff or (self._is_untouched(user) and user in known.staff)

    def _is_untouched(self, user: str) -> bool:
        return user not in self.rows("users").by_id


def read_roster(bundle: Bundle, report: Report, progress: Progress) -> Roster:
    """Read all rows of all files and check each cell. References are not checked yet."""
    files = {}
    for name, text in bundle.texts.items():
        specification = VERSIONS[bundle.version][name]
        total = text.count("\n")

        def advance(done: int, name: str = name, total: int = total) -> None:
            progress(f"reading {name}.csv", done, max(done, total))

        mode = bundle.modes.get(name, "ours")
        files[name] = read_rows(specification, mode, text, report, advance)
    return Roster(bundle.version, files)


def check_references(roster: Roster, file: str, known: Known, report: Report) -> None:
    """Leave out the file's rows that refer to something missing, and report each one."""
    rows = roster.rows(file)
    for column in VERSIONS[roster.version][file].columns:
        if column.refers_to:
            _check_column(roster, rows, column, known, report)


def _check_column(roster: Roster, rows: Rows, column: Column, known: Known, report: Report) -> None:
    target = roster.rows(column.refers_to)
    is_hint = column.is_hint or (column.may_lack_file and target.mode == "absent")
    bad: set[int] = set()
    for record in rows.live:
        value = record[column.name]
        for wanted in value if isinstance(value, tuple) else (value,):
            found = target.by_id.get(wanted)
            if wanted is None or (found is not None and not found.to_delete):
                continue
            reason = _dangling(target, wanted, known)
            if reason and is_hint:
                report.warn(f"{rows.file}.csv", record.line, column.name, wanted, reason)
            elif reason:
                hangs = wanted in target.bad
                report.error(f"{rows.file}.csv", record.line, column.name, wanted, reason, hangs=hangs)
                bad.add(record.line)
    rows.leave_out(bad)


def _dangling(target: Rows, wanted: str, known: Known) -> str:
    """Return why the reference is invalid. Empty: the file is a delta or absent, and Rollbook has the entry."""
    if wanted in target.by_id:
        return f"is being deleted on line {target.by_id[wanted].line} of {target.file}.csv"
    if wanted in target.bad:
        return f"refers to the bad row on line {target.bad[wanted]} of {target.file}.csv"
    if target.mode == "bulk":
        return f"is not in {target.file}.csv"
    if known.has(target.file, wanted):
        return ""
    if target.mode == "delta":
        return f"is neither in {target.file}.csv nor in Rollbook"
    return f"is not in Rollbook, and the bundle has no {target.file}.csv that is read"
