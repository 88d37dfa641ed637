"""Plans who is in which class. What the office did stays, and so does the past (R13.9, R2.10)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from importing.spreadsheets.follow import Outcome, made_of
from importing.spreadsheets.known import KnownRow, places_of_the_office, said_of, title
from importing.spreadsheets.plan import Plan, follow_line, is_sound, plan_gone, plan_sheet
from importing.spreadsheets.reading import Line
from importing.spreadsheets.references import References
from importing.spreadsheets.sheets import CLASSES, ENROLLMENTS, ONE_DAY, STUDENTS, TIMESLOTS
from importing.spreadsheets.values import digest

_DAY = timedelta(days=1)
_PLACES = {EnrollmentType.ACTIVE.value, EnrollmentType.TRIAL.value}


def plan_enrollments(plan: Plan, references: References) -> None:
    """Plan the enrollments. An enrollment never gains or loses a date that has passed."""
    planner = _Enrollments(plan)
    for line, id_ in plan_sheet(plan, ENROLLMENTS, references):
        if not planner.slot_fits(line):
            continue
        planner.follow(line, id_)
    planner.plan_gone()


class _Enrollments:
    def __init__(self, plan: Plan) -> None:
        self._plan, self._known, self._report = plan, plan.known, plan.report
        self._of_the_office = places_of_the_office(plan.known)
        self._first_days: dict[UUID, date | None] = {}

    def slot_fits(self, line: Line) -> bool:
        slot = line.cells.get("timeslot")
        if slot is None or self._plan.after(TIMESLOTS.file, slot).get("class") == line.cells["class"]:
            return True
        self._report.error("enrollments.csv", line.number, "timeslot", "", "is not a timeslot of the class")
        return False

    def follow(self, line: Line, id_: UUID) -> None:
        if self._known.row(ENROLLMENTS.file, id_) is None and (own := self._own_place(line)) is not None:
            id_ = own.id
        outcome = follow_line(self._plan, ENROLLMENTS, line, id_)
        if outcome is None or not is_sound(self._plan, ENROLLMENTS, outcome):
            return
        if outcome.before is None:
            self._begin(outcome)
        elif outcome.revives or self._reopens(outcome):
            self._go_on(outcome)
        elif self._changes(outcome):
            self._change(outcome, outcome.before)
        else:
            self._plan.add(ENROLLMENTS, outcome)

    def _changes(self, outcome: Outcome) -> bool:
        """Keep the present values where cells are empty, and return whether anything still changes."""
        after, before = outcome.after, outcome.before
        if before is not None and after["starts_on"] is None:
            after["starts_on"] = before.values["starts_on"]
        if before is not None and after["ends_on"] is None and before.values["type"] in ONE_DAY:
            after["ends_on"] = before.values["ends_on"]
        if before is not None and after["end_cause"] is None and after["ends_on"] is not None:
            after["end_cause"] = before.values["end_cause"]
        return bool(outcome.changed)

    def plan_gone(self) -> None:
        """End the enrollments that the file no longer has, except those whose dates the office has changed and those of
        one day.
        """
        plan_gone(self._plan, ENROLLMENTS)
        rows = self._known.rows[ENROLLMENTS.file]
        said = {one.row_id: one.said for one in self._known.remembered[ENROLLMENTS.file].values()}
        gone, students = [], self._plan.ids(STUDENTS.file)
        for id_ in self._plan.gone.get(ENROLLMENTS.file, ()):
            row = rows[id_]
            is_changed = made_of(said[id_], "ends_on") != digest(row.values["ends_on"])
            if row.values["student"] in students or (not is_changed and row.values["type"] not in ONE_DAY):
                gone.append(id_)
                continue
            reason = "the file no longer has this enrollment, and the office has changed it; it stays as it is"
            self._report.warn("enrollments.csv", 0, "id", "", f"{self._name(row.values)}: {reason}")
        self._plan.gone[ENROLLMENTS.file] = gone

    def _own_place(self, line: Line) -> KnownRow | None:
        """Return the place that the office gave the student in this class, if it has not ended. The line then describes
        it.
        """
        if line.cells.get("type") not in (None, *_PLACES):
            return None
        own = self._of_the_office.get((line.cells["student"], line.cells["class"]))
        if own is None or not self._plan.is_live(ENROLLMENTS, own):
            return None
        del self._of_the_office[line.cells["student"], line.cells["class"]]
        return own

    def _begin(self, outcome: Outcome) -> None:
        """Give a new enrollment its dates. In the first files that bring a class they may lie in the past."""
        after = outcome.after
        offering_id, today = after["class"], self._plan.today_of(after["class"])
        is_new_class = offering_id not in self._plan.changes_on
        starts_on = after["starts_on"] or ((self._first_day(offering_id) if is_new_class else None) or today)
        if starts_on < today and not is_new_class:
            if after["type"] in ONE_DAY or (after["ends_on"] is not None and after["ends_on"] < today):
                self._report.rows("enrollments.csv").unused += 1
                return
            reason = f"is new and begins on {today}: the past is fixed"
            self._warn(outcome, "starts_on", reason)
            starts_on = today
        if (
            after["ends_on"] is not None
            and after["ends_on"] < starts_on
            and outcome.line.cells.get("starts_on") is None
        ):
            starts_on = after["ends_on"]
        after["starts_on"] = starts_on
        if after["type"] in ONE_DAY:
            after["ends_on"] = starts_on
        self._plan.add(ENROLLMENTS, outcome)

    def _reopens(self, outcome: Outcome) -> bool:
        """Whether the enrollment ended by its file's date alone, and the file now has it go on."""
        line, before = outcome.line, outcome.before
        remembered = self._known.remembered[ENROLLMENTS.file].get(line.key)
        if before is None or remembered is None or self._plan.is_live(ENROLLMENTS, before) or before.ended is not None:
            return False
        last, ends_on = remembered.said.get("ends_on"), line.cells.get("ends_on")
        was_the_files = made_of(remembered.said, "ends_on") == digest(before.values["ends_on"])
        today = self._plan.today_of(line.cells["class"])
        return was_the_files and last != digest(ends_on) and (ends_on is None or ends_on >= today)

    def _go_on(self, outcome: Outcome) -> None:
        """Begin another enrollment today for a row that comes back. The days between stay without an enrollment."""
        line = outcome.line
        today = self._plan.today_of(line.cells["class"])
        fresh = Outcome(self._free_id(line.key, today), line, None, {}, said_of(line.cells), is_ours=True)
        for one in ENROLLMENTS.fields:
            cell = line.cells.get(one.name)
            fresh.after[one.name] = one.empty if cell is None else cell
        fresh.after["starts_on"] = max(fresh.after["starts_on"] or today, today)
        if fresh.after["ends_on"] is not None and fresh.after["ends_on"] < fresh.after["starts_on"]:
            self._plan.remember(ENROLLMENTS, line.key, outcome.id, fresh.said, is_ours=outcome.is_ours)
            return
        self._plan.add(ENROLLMENTS, fresh)

    def _change(self, outcome: Outcome, before: KnownRow) -> None:
        after, since = outcome.after, self._plan.change_date(before.values["class"])
        has_begun = before.values["starts_on"] < since
        if before.values["type"] in ONE_DAY:
            self._warn(outcome, "type", "a makeup or a single day that is there is the office's; it stays as it is")
            outcome.after = dict(before.values)
        elif self._is_another(outcome):
            if has_begun:
                self._plan.succeeded.append(before.id)
                self._go_on(outcome)
                return
            after["starts_on"] = max(after["starts_on"], self._plan.today_of(after["class"]))
        else:
            self._date(outcome, before, since)
        if "ends_on" in outcome.changed and "end_cause" not in outcome.changed:
            after["end_cause"] = None
            self._explain_end(after)
        self._plan.add(ENROLLMENTS, outcome)

    def _date(self, outcome: Outcome, before: KnownRow, since: date) -> None:
        after = outcome.after
        has_begun = before.values["starts_on"] < since
        if after["starts_on"] is None or ("starts_on" in outcome.changed and has_begun):
            if after["starts_on"] is not None:
                self._warn(outcome, "starts_on", "has begun, and its start stays")
            after["starts_on"] = before.values["starts_on"]
        elif "starts_on" in outcome.changed:
            after["starts_on"] = max(after["starts_on"], since)
        if "ends_on" not in outcome.changed or after["ends_on"] is None:
            return
        if has_begun and after["ends_on"] < since - _DAY:
            after["ends_on"] = since - _DAY
        if after["ends_on"] < after["starts_on"]:
            self._plan.gone.setdefault(ENROLLMENTS.file, []).append(before.id)
            outcome.after = dict(before.values)

    def _is_another(self, outcome: Outcome) -> bool:
        changed = outcome.changed
        types = {outcome.after["type"], outcome.before.values["type"]} if outcome.before else set()
        return bool(changed & {"student", "class", "timeslot"}) or ("type" in changed and not types <= _PLACES)

    def _free_id(self, key: str, today: date) -> UUID:
        id_, turn = self._known.new_id(ENROLLMENTS.file, f"{key}/{today}"), 1
        while id_ in self._known.rows[ENROLLMENTS.file]:
            turn += 1
            id_ = self._known.new_id(ENROLLMENTS.file, f"{key}/{today}/{turn}")
        return id_

    def _explain_end(self, after: dict[str, Any]) -> None:
        if after["ends_on"] is None:
            after["end_cause"] = None
        elif after["end_cause"] is None and after["type"] not in ONE_DAY:
            last = self._last_day(after["class"])
            is_over = last is not None and after["ends_on"] >= last
            after["end_cause"] = EnrollmentEnd.SESSION_ENDED if is_over else EnrollmentEnd.DROPPED

    def _first_day(self, offering_id: UUID) -> date | None:
        """Return the first day of the class by its own dates and its sessions; None when they have no first day."""
        values = self._plan.after(CLASSES.file, offering_id)
        sessions = [self._plan.after("sessions", each)["starts_on"] for each in values["sessions"] or ()]
        days = [each for each in (values["starts_on"], min(sessions, default=None)) if each is not None]
        return max(days, default=None)

    def _last_day(self, offering_id: UUID) -> date | None:
        """Return the last day of the class, or None when it has no end."""
        values = self._plan.after(CLASSES.file, offering_id)
        ends = [self._plan.after("sessions", each)["ends_on"] for each in values["sessions"] or ()]
        last = max(ends) if ends and None not in ends else None
        own = values["ends_on"]
        return min(own, last) if own is not None and last is not None else own or last

    def _name(self, values: Any) -> str:
        names = {
            "student": self._plan.after(STUDENTS.file, values["student"]),
            "class": self._plan.after(CLASSES.file, values["class"]),
        }
        return f"{title(self._known, STUDENTS, names['student'])} in {names['class'].get('name')}"

    def _warn(self, outcome: Outcome, name: str, reason: str) -> None:
        value = outcome.line.cells.get(name)
        shown = "" if value is None else str(value)
        self._report.warn("enrollments.csv", outcome.line.number, name, shown, f"{self._name(outcome.after)} {reason}")
