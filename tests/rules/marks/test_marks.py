"""R4.1, R4.2, R4.5 and R4.12 as pure rules."""

from uuid import UUID, uuid4

import pytest

from attendance.rules.marks.attendance_refusals import StudentNotOnRoster
from attendance.rules.marks.marks import Keep, MarkValue, SheetRow, WantedMark, plan_submission
from attendance.rules.vocabulary import AttendanceStatus, Source

ANN, BEN, CAS = (uuid4() for _ in range(3))
PRESENT, TARDY, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.TARDY, AttendanceStatus.ABSENT


def mark(status: AttendanceStatus, note: str | None = None, source: Source = Source.OFFICE) -> MarkValue:
    return MarkValue(status, note, is_defaulted=source is Source.SYSTEM, source=source)


def check_in(status: AttendanceStatus, source: Source = Source.OFFICE) -> MarkValue:
    """A check-in, or with source SYSTEM a default that stands because of one."""
    return MarkValue(status, None, is_defaulted=source is Source.SYSTEM, source=source, by_check_in=True)


def row(student: UUID, value: MarkValue | None = None, *, is_excused: bool = False) -> SheetRow:
    return SheetRow(student, None, value, is_excused)


def plan(
    rows: list[SheetRow],
    wanted: dict[UUID, WantedMark],
    rest: AttendanceStatus | None = None,
    *,
    source: Source = Source.OFFICE,
    check_in: bool = False,
) -> dict[UUID, MarkValue | None]:
    sources = frozenset(Source) if check_in else frozenset[Source]()
    changes = plan_submission(rows, wanted, mark_rest=rest, source=source, check_in_sources=sources)
    return {change.student_id: change.after for change in changes}


@pytest.mark.parametrize("status", AttendanceStatus)
def test_R4_1_each_of_the_six_statuses_can_be_set(status: AttendanceStatus) -> None:
    assert plan([row(ANN)], {ANN: WantedMark(status)}) == {ANN: mark(status)}


def test_R4_1_a_mark_can_be_cleared() -> None:
    assert plan([row(ANN, mark(PRESENT, "early"))], {ANN: WantedMark(None)}) == {ANN: None}
    assert plan([row(ANN)], {ANN: WantedMark(None)}) == {}


@pytest.mark.parametrize(
    ("note", "expected"), [(Keep.NOTE, "left shoes"), (None, None), ("", None), ("crying", "crying")]
)
def test_R4_1_a_note_stays_unless_the_caller_says_otherwise(note: str | Keep | None, expected: str | None) -> None:
    rows = [row(ANN, mark(PRESENT, "left shoes"))]
    assert plan(rows, {ANN: WantedMark(TARDY, note)}) == {ANN: mark(TARDY, expected)}


def test_R4_2_mark_rest_fills_the_rows_not_named_and_changes_no_mark() -> None:
    rows = [row(ANN), row(BEN), row(CAS, mark(TARDY, source=Source.STAFF))]
    assert plan(rows, {ANN: WantedMark(ABSENT)}, PRESENT) == {ANN: mark(ABSENT), BEN: mark(PRESENT)}


@pytest.mark.parametrize("rest", [PRESENT, ABSENT])
def test_R4_2_mark_rest_decides_about_rows_that_are_marked_by_default(rest: AttendanceStatus) -> None:
    rows = [
        row(ANN, mark(ABSENT, source=Source.SYSTEM)),
        row(BEN, mark(ABSENT)),
        row(CAS, mark(ABSENT, source=Source.SYSTEM)),
    ]
    assert plan(rows, {CAS: WantedMark(TARDY)}, rest) == {ANN: mark(rest), CAS: mark(TARDY)}


def test_R4_2_saying_what_the_sheet_says_changes_nothing() -> None:
    rows = [row(ANN, mark(PRESENT, "note", Source.STAFF))]
    assert plan(rows, {ANN: WantedMark(PRESENT)}) == {}


def test_R4_8_confirming_a_defaulted_mark_makes_it_real() -> None:
    rows = [row(ANN, mark(ABSENT, source=Source.SYSTEM))]
    assert plan(rows, {ANN: WantedMark(ABSENT)}) == {ANN: mark(ABSENT)}


def test_R4_5_first_check_in_marks_the_rest_absent() -> None:
    rows = [row(ANN), row(BEN), row(CAS, is_excused=True)]
    assert plan(rows, {ANN: WantedMark(TARDY)}, check_in=True, source=Source.STAFF) == {
        ANN: check_in(TARDY, Source.STAFF),
        BEN: check_in(ABSENT, Source.SYSTEM),
        CAS: check_in(AttendanceStatus.EXCUSED_ABSENCE, Source.SYSTEM),
    }


def test_R4_5_only_a_present_mark_does_and_only_in_check_in_mode() -> None:
    unmarked = [row(ANN), row(BEN)]
    assert plan(unmarked, {ANN: WantedMark(PRESENT)}) == {ANN: mark(PRESENT)}
    assert plan(unmarked, {ANN: WantedMark(ABSENT)}, check_in=True) == {ANN: mark(ABSENT)}


@pytest.mark.parametrize("standing", [mark(PRESENT), check_in(PRESENT)])
def test_R4_5_every_later_check_in_completes_the_sheet_again(standing: MarkValue) -> None:
    """A mark from before the switch was on does not stand in the way, and neither does a row that was cleared since."""
    begun = [row(ANN), row(BEN), row(CAS, standing)]
    expected = {ANN: check_in(PRESENT), BEN: check_in(ABSENT, Source.SYSTEM)}
    assert plan(begun, {ANN: WantedMark(PRESENT)}, check_in=True) == expected
    assert plan(begun, {ANN: WantedMark(ABSENT)}, check_in=True) == {ANN: mark(ABSENT)}


def test_R4_5_what_a_sheet_says_without_check_in_mode_is_no_check_in() -> None:
    rows = [row(ANN, mark(PRESENT, source=Source.STAFF)), row(BEN), row(CAS)]
    sources = frozenset({Source.KIOSK, Source.OFFICE})
    wanted = {BEN: WantedMark(PRESENT)}
    by_staff, at_the_kiosk = (
        plan_submission(rows, wanted, mark_rest=None, source=source, check_in_sources=sources)
        for source in (Source.STAFF, Source.KIOSK)
    )
    assert [(each.student_id, each.after) for each in by_staff] == [(BEN, mark(PRESENT, source=Source.STAFF))]
    assert [(each.student_id, each.after) for each in at_the_kiosk] == [
        (BEN, check_in(PRESENT, Source.KIOSK)),
        (CAS, check_in(ABSENT, Source.SYSTEM)),
    ]


BY_CHECK_IN, BY_END_OF_DAY = check_in(ABSENT, Source.SYSTEM), mark(ABSENT, source=Source.SYSTEM)


def test_R4_5b_clearing_the_only_check_in_takes_back_the_defaults_that_it_caused() -> None:
    confirmed = mark(ABSENT)
    rows = [row(ANN, check_in(PRESENT, Source.KIOSK)), row(BEN, BY_CHECK_IN), row(CAS, confirmed)]
    assert plan(rows, {ANN: WantedMark(None)}) == {ANN: None, BEN: None}
    assert plan(rows, {ANN: WantedMark(None), BEN: WantedMark(ABSENT)}) == {ANN: None, BEN: confirmed}
    assert plan(rows, {ANN: WantedMark(None)}, TARDY) == {ANN: None, BEN: mark(TARDY)}


def test_R4_5b_a_present_mark_without_check_in_mode_keeps_no_defaults() -> None:
    rows = [row(ANN, check_in(PRESENT, Source.KIOSK)), row(BEN, BY_CHECK_IN), row(CAS, mark(PRESENT))]
    assert plan(rows, {ANN: WantedMark(None)}) == {ANN: None, BEN: None}


@pytest.mark.parametrize("wanted", [{ANN: WantedMark(TARDY)}, {ANN: WantedMark(ABSENT)}])
def test_R4_5b_a_check_in_that_is_corrected_is_not_taken_back(wanted: dict[UUID, WantedMark]) -> None:
    rows = [row(ANN, check_in(PRESENT, Source.KIOSK)), row(BEN, BY_CHECK_IN)]
    assert set(plan(rows, wanted)) == {ANN}


def test_R4_5b_a_corrected_check_in_is_still_one() -> None:
    rows = [row(ANN, check_in(PRESENT, Source.KIOSK)), row(BEN, BY_CHECK_IN)]
    assert plan(rows, {ANN: WantedMark(TARDY)}) == {ANN: check_in(TARDY)}
    assert plan([row(ANN, check_in(TARDY)), row(BEN, BY_CHECK_IN)], {ANN: WantedMark(None)}) == {ANN: None, BEN: None}


def test_R4_5b_what_does_not_stand_because_of_check_ins_stays() -> None:
    others = [row(BEN, BY_END_OF_DAY), row(CAS, mark(TARDY))]
    assert plan([row(ANN, check_in(PRESENT)), *others], {ANN: WantedMark(None)}) == {ANN: None}
    assert plan([row(ANN, mark(PRESENT)), row(BEN, BY_CHECK_IN)], {ANN: WantedMark(None)}) == {ANN: None}
    rows = [row(ANN, check_in(PRESENT)), row(BEN, BY_CHECK_IN), row(CAS, check_in(TARDY))]
    assert plan(rows, {ANN: WantedMark(None)}) == {ANN: None}


def test_R4_5b_a_default_that_goes_is_nobodys_decision() -> None:
    rows = [row(ANN, check_in(PRESENT)), row(BEN, BY_CHECK_IN)]
    wanted = {ANN: WantedMark(None)}
    changes = plan_submission(rows, wanted, mark_rest=None, source=Source.OFFICE, check_in_sources=())
    assert [(change.student_id, change.follows) for change in changes] == [(ANN, False), (BEN, True)]


def test_R4_12_a_student_without_a_row_is_refused_by_name() -> None:
    with pytest.raises(StudentNotOnRoster) as refused:
        plan([row(ANN)], {ANN: WantedMark(PRESENT), BEN: WantedMark(PRESENT)})
    assert refused.value.student_ids == (BEN,)
