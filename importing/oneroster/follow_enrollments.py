"""Decides what becomes of a student's enrollment when the source's row comes again (R13.9).

The office's acts hold: an enrollment that was changed here is left as it is, and the report names it when the source's
row has changed too. The past is fixed (R2.10): no enrollment gains a date before today, or loses one on which the class
has taken place; that includes today once the class of today has begun.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from attendance.rules.vocabulary import EnrollmentEnd
from importing.csv_rows import Record
from importing.oneroster.known import GONE, Known, KnownEnrollment
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.oneroster.users import first_name, last_name
from importing.report import Report

# What is remembered in place of a row that ends an enrollment of the office on another date. It equals no row, so the
# warning comes until both say the same.
_OTHER_END = "|"
_END_DIFFERS = "the office ends this enrollment on another date than the source"
Dates = tuple[date, date | None, str | None]  # starts_on, drop_on, end_cause


class _Row(NamedTuple):
    """A row of enrollments.csv about a student. `first` and `last` are the days of its class, `last` is None when
    there is no end.

    changes_on -- the first date that an enrollment in the class can lose
    """

    record: Record
    student: UUID
    offering: UUID
    first: date
    last: date | None
    today: date
    changes_on: date
    is_new_class: bool

    @property
    def begin(self) -> date | None:
        return self.record["beginDate"]  # type: ignore[no-any-return]

    @property
    def end(self) -> date | None:
        return self.record["endDate"]  # type: ignore[no-any-return]

    @property
    def said(self) -> str:
        cells = (self.record["classSourcedId"], self.record["userSourcedId"], self.begin or "", self.end or "")
        return "|".join(map(str, cells))


class EnrollmentFollower:
    """Plans the enrollments of students, and holds those that the office changed."""

    def __init__(self, plan: Plan, roster: Roster, known: Known, report: Report) -> None:
        self._plan, self._roster, self._known, self._report = plan, roster, known, report

    def follow(self, record: Record) -> None:
        row = self._row(record)
        former = self._known.enrollments.get(record.id)
        own = self._by_hand(row)
        if own is not None and (former is None or former.is_the_offices):
            self._adopt(row, former, own)
        elif former is None:
            self._begin(row)
        elif former.is_the_offices:
            self._hold(row, former)
        elif former.said is None and _may_be_the_offices(row, former):
            self._hold_unknown(row, former)
        else:
            self._renew(row, former)

    def held_from_removal(self, lost: dict[str, UUID]) -> Iterator[UUID]:
        """Return those of the enrollments that the source took away, by sourcedId, that stay as the office left them,
        and report them.
        """
        for source_id, id_ in lost.items():
            former = self._known.enrollments[source_id]
            if not former.is_the_offices:
                continue
            if former.said != GONE:
                line = getattr(self._roster.rows("enrollments").by_id.get(source_id), "line", 0)
                name = self._known.name_of(former)
                reason = f"{name}: the source no longer has this enrollment, and the office has changed it"
                self._report.warn("enrollments.csv", line, "sourcedId", source_id, f"{reason}; it stays as it is")
            yield id_

    def _row(self, record: Record) -> _Row:
        class_ = record["classSourcedId"]
        offering = self._plan.ids["classes"][class_]
        today = self._plan.today_of(offering)
        first, last = self._plan.dates_of_class.get(class_, (today, None))
        student = self._plan.ids["students"][record["userSourcedId"]]
        # The class may move to a zone where it is tomorrow already.
        changes_on = max(self._plan.changes_on.get(offering, today), today)
        return _Row(record, student, offering, first, last, today, changes_on, class_ not in self._known.offerings)

    def _begin(self, row: _Row) -> None:
        dates = self._first_dates(row)
        if dates is None:
            self._report.rows("enrollments.csv").unused += 1
            return
        if row.begin is not None and row.begin < dates[0]:
            reason = f"{self._new_name(row)} and begins on {dates[0]}: the past is fixed"
            self._report.warn("enrollments.csv", row.record.line, "beginDate", str(row.begin), reason)
        self._write(row, self._known.new_id("enrollment", row.record.id), "ACTIVE", dates)

    def _by_hand(self, row: _Row) -> KnownEnrollment | None:
        """Return the enrollment that the office gave the student in this class, if it is not over."""
        own = self._known.by_hand.get((row.student, row.offering))
        return own if own is not None and (own.drop_on is None or own.drop_on >= row.today) else None

    def _adopt(self, row: _Row, former: KnownEnrollment | None, own: KnownEnrollment) -> None:
        """Let the row be about the enrollment that the office made, as after a transfer that the source then makes too.

        Its dates follow the source if it has begun and has no end; other dates are the office's.
        """
        del self._known.by_hand[row.student, row.offering]
        self._plan.adopted[own.id] = (row.record.id, own)
        if former is not None:
            self._plan.succeeded[former.id] = own.id
            self._plan.kept_enrollments.add(former.id)
        wanted = _dates_from(row, own) if own.starts_on <= row.today else self._first_dates(row)
        is_open = own.drop_on is None and own.starts_on <= row.today
        self._write(row, own.id, own.type, wanted if is_open and wanted is not None else own.dates)
        if not is_open:
            dates = wanted or _dates(own.starts_on, row.end or row.last, row)
            is_agreed = own.drop_on is None or own.drop_on == dates[1]
            self._plan.made_enrollments[own.id] = (own.id, row.said if is_agreed else _OTHER_END, *dates)
            if not is_agreed:
                self._warn(row, own, _END_DIFFERS)

    def _first_dates(self, row: _Row) -> Dates | None:
        """Return the dates of an enrollment without a past; None when it ends before it would begin."""
        starts_on = row.begin or (min(row.first, row.end) if row.end else row.first)
        if starts_on < row.today and not row.is_new_class:
            starts_on = row.today
        drop_on = row.end or row.last
        return None if drop_on is not None and drop_on < starts_on else _dates(starts_on, drop_on, row)

    def _renew(self, row: _Row, former: KnownEnrollment) -> None:
        has_past = former.deleted_at is None and former.starts_on < row.changes_on
        is_moved = (former.student_id, former.offering_id) != (row.student, row.offering)
        if has_past and not is_moved:
            dates = _dates_from(row, former)
            if dates is not None:
                self._settle(row, former, dates)
                return
        fresh = self._first_dates(row)
        if fresh is None:
            return  # It is removed with what the source no longer has.
        if has_past:
            id_ = self._known.new_id("enrollment", f"{row.record.id}/{row.today}")
            self._plan.succeeded[former.id] = id_
            self._write(row, id_, former.type, fresh)
        elif is_moved or former.deleted_at is not None:
            self._write(row, former.id, former.type, fresh)
        else:
            self._settle(row, former, fresh)

    def _settle(self, row: _Row, former: KnownEnrollment, dates: Dates) -> None:
        if dates == former.dates:
            self._keep(row, former, dates)
        else:
            self._write(row, former.id, former.type, dates)

    def _hold(self, row: _Row, former: KnownEnrollment) -> None:
        self._plan.kept_enrollments.add(former.id)
        if former.said is not None and former.said != row.said and not _agrees(row, former):
            changed = "the source's row has changed, and the office has changed this enrollment"
            self._warn(row, former, _END_DIFFERS if former.said == _OTHER_END else changed)

    def _hold_unknown(self, row: _Row, former: KnownEnrollment) -> None:
        wanted = _dates(row.begin or row.first, row.end or row.last, row)
        self._keep(row, former, wanted)
        self._warn(row, former, "it ended here before the source says, which may have been an act of the office")

    def _warn(self, row: _Row, former: KnownEnrollment, reason: str) -> None:
        self._report.warn(
            "enrollments.csv",
            row.record.line,
            "endDate",
            "" if row.end is None else str(row.end),
            f"{self._known.name_of(former)}: {reason}; it stays as it is",
        )

    def _new_name(self, row: _Row) -> str:
        user = self._roster.students.get(row.record["userSourcedId"])
        student = f"{first_name(user)} {last_name(user)}" if user else self._known.names[row.student]
        return f"{student} is new in {self._known.names[row.offering]}"

    def _keep(self, row: _Row, former: KnownEnrollment, dates: Dates) -> None:
        self._plan.kept_enrollments.add(former.id)
        if (former.said, former.made_dates) != (row.said, dates):
            self._plan.made_enrollments[former.id] = (former.id, row.said, *dates)

    def _write(self, row: _Row, id_: UUID, type_: str, dates: Dates) -> None:
        self._plan.add("enrollment", (id_, row.student, row.offering, type_, *dates, row.record.id, None))
        self._plan.made_enrollments[id_] = (id_, row.said, *dates)


def _dates(starts_on: date, drop_on: date | None, row: _Row) -> Dates:
    if drop_on is None:
        return starts_on, None, None
    is_over = row.last is not None and drop_on >= row.last
    return starts_on, drop_on, EnrollmentEnd.SESSION_ENDED if is_over else EnrollmentEnd.DROPPED


def _dates_from(row: _Row, former: KnownEnrollment) -> Dates | None:
    """Return the dates of an enrollment that has begun: none is lost on which the class has taken place. None when it
    was over, and the source wants it again.
    """
    fixed_through, yesterday = row.changes_on - timedelta(days=1), row.today - timedelta(days=1)
    held_through = fixed_through if former.drop_on is None else min(former.drop_on, fixed_through)
    drop_on = row.end or row.last
    if drop_on is not None and drop_on <= held_through:
        return former.dates if former.drop_on == held_through else _dates(former.starts_on, held_through, row)
    if held_through < yesterday:
        return None
    if row.begin is not None and row.begin > row.today and row.begin != former.starts_on:
        return None
    return _dates(former.starts_on, drop_on, row)


def _agrees(row: _Row, former: KnownEnrollment) -> bool:
    """Whether the source has come to say what the office did, or both have it end before today."""
    if (former.student_id, former.offering_id) != (row.student, row.offering):
        return False
    drop_on = row.end or row.last
    is_over = former.deleted_at is not None or (former.drop_on is not None and former.drop_on < row.today)
    if is_over:
        return drop_on is not None and drop_on < row.today
    return drop_on == former.drop_on


def _may_be_the_offices(row: _Row, former: KnownEnrollment) -> bool:
    """Whether an enrollment that is older than the record of what the source said was perhaps ended by the office."""
    if former.deleted_at is not None or former.end_cause == EnrollmentEnd.TRANSFERRED:
        return True
    drop_on = row.end or row.last
    if drop_on is not None and drop_on < row.today:
        return False
    is_early = former.drop_on is not None and (drop_on is None or former.drop_on < drop_on)
    return is_early and former.end_cause == EnrollmentEnd.DROPPED
