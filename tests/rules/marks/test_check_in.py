"""R1.2, R4.5 to R4.8, R4.13 and R5.3 as pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from attendance.rules.marks.attendance_refusals import CheckInModeOff, StudentNotOnRoster
from attendance.rules.marks.check_in import (
    check_in_sources,
    check_in_status,
    default_everybody,
    default_for_newcomer,
    plan_check_in,
    require_check_in_mode,
)
from attendance.rules.marks.marks import MarkChange, MarkValue, SheetRow, WantedMark
from attendance.rules.organization.permissions import Caller
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings, StaffPortalSettings
from attendance.rules.vocabulary import AttendanceStatus, Portal, Source

ANN, BEN, CAS = (uuid4() for _ in range(3))
PRESENT, TARDY, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.TARDY, AttendanceStatus.ABSENT
EXCUSED = AttendanceStatus.EXCUSED_ABSENCE
STARTS = datetime(2026, 11, 16, 23, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=45)
SECOND = timedelta(seconds=1)
DEFAULTED_ABSENT = MarkValue(ABSENT, None, is_defaulted=True, source=Source.SYSTEM)
DEFAULTED_EXCUSED = MarkValue(EXCUSED, None, is_defaulted=True, source=Source.SYSTEM)


def mark(status: AttendanceStatus, source: Source = Source.OFFICE) -> MarkValue:
    return MarkValue(status, None, is_defaulted=False, source=source)


def check_in(status: AttendanceStatus, source: Source = Source.KIOSK) -> MarkValue:
    return MarkValue(status, None, is_defaulted=False, source=source, by_check_in=True)


def row(student: UUID, value: MarkValue | None = None, *, is_excused: bool = False) -> SheetRow:
    return SheetRow(student, None, value, is_excused)


def settings(*, office: bool, staff: bool) -> OrganizationSettings:
    return OrganizationSettings(
        classes=ClassSettings(office_check_in_mode=office), staff_portal=StaffPortalSettings(staff_check_in_mode=staff)
    )


@pytest.mark.parametrize("office", [False, True])
@pytest.mark.parametrize("staff", [False, True])
def test_R1_2_two_independent_switches(office: bool, staff: bool) -> None:
    of = settings(office=office, staff=staff)
    expected = {Source.KIOSK} | ({Source.OFFICE} if office else set()) | ({Source.STAFF} if staff else set())
    assert check_in_sources(of) == expected
    for portal, is_on in ((Portal.OFFICE, office), (Portal.STAFF, staff)):
        caller = Caller(uuid4(), portal, person_id=uuid4())
        if is_on:
            require_check_in_mode(caller, of)
        else:
            with pytest.raises(CheckInModeOff) as refused:
                require_check_in_mode(caller, of)
            assert refused.value.portal is portal


@pytest.mark.parametrize(
    ("source", "now", "marks_tardy", "expected"),
    [
        (Source.KIOSK, STARTS, True, PRESENT),
        (Source.KIOSK, STARTS + timedelta(microseconds=1), True, TARDY),
        (Source.KIOSK, STARTS + SECOND, False, PRESENT),
        (Source.KIOSK, ENDS + SECOND, True, TARDY),
        (Source.OFFICE, STARTS, True, PRESENT),
        (Source.OFFICE, STARTS + SECOND, True, TARDY),
        (Source.STAFF, ENDS - SECOND, True, TARDY),
        (Source.STAFF, ENDS, True, PRESENT),
        (Source.OFFICE, ENDS + timedelta(days=3), True, PRESENT),
    ],
)
def test_R5_3_after_the_start_is_tardy_and_equality_is_on_time(
    source: Source, now: datetime, marks_tardy: bool, expected: AttendanceStatus
) -> None:
    status = check_in_status(source=source, starts_at=STARTS, ends_at=ENDS, now=now, marks_tardy=marks_tardy)
    assert status is expected


BECOMES = {ANN: WantedMark(TARDY)}
STANDS: dict[UUID, WantedMark] = {}


@pytest.mark.parametrize(
    ("before", "by_staff", "at_the_kiosk"),
    [
        (None, BECOMES, BECOMES),
        (DEFAULTED_ABSENT, BECOMES, BECOMES),
        (DEFAULTED_EXCUSED, BECOMES, BECOMES),
        (mark(ABSENT), BECOMES, BECOMES),
        (mark(EXCUSED), BECOMES, STANDS),
        *((mark(status), STANDS, STANDS) for status in AttendanceStatus if not status.is_absence),
        *((mark(status, Source.KIOSK), STANDS, STANDS) for status in (PRESENT, TARDY)),
    ],
)
def test_R4_8_what_a_check_in_changes(
    before: MarkValue | None, by_staff: dict[UUID, WantedMark], at_the_kiosk: dict[UUID, WantedMark]
) -> None:
    rows = [row(BEN), row(ANN, before)]
    assert plan_check_in(rows, ANN, status=TARDY, source=Source.OFFICE) == by_staff
    assert plan_check_in(rows, ANN, status=TARDY, source=Source.STAFF) == by_staff
    assert plan_check_in(rows, ANN, status=TARDY, source=Source.KIOSK) == at_the_kiosk


def test_R4_12_who_is_not_on_the_roster_cannot_check_in() -> None:
    with pytest.raises(StudentNotOnRoster) as refused:
        plan_check_in([row(ANN)], BEN, status=PRESENT, source=Source.KIOSK)
    assert refused.value.student_ids == (BEN,)


ABSENT_BY_CHECK_IN = replace(DEFAULTED_ABSENT, by_check_in=True)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], None),
        ([None], None),
        ([mark(ABSENT)], None),
        ([mark(PRESENT)], None),
        ([check_in(PRESENT)], ABSENT_BY_CHECK_IN),
        ([check_in(TARDY, Source.OFFICE), None], ABSENT_BY_CHECK_IN),
        ([mark(PRESENT), DEFAULTED_ABSENT], DEFAULTED_ABSENT),
        ([mark(ABSENT), ABSENT_BY_CHECK_IN], ABSENT_BY_CHECK_IN),
    ],
)
def test_R4_7_a_newcomer_is_absent_once_checking_in_has_begun(
    others: list[MarkValue | None], expected: MarkValue | None
) -> None:
    rows = [row(uuid4(), other) for other in others] + [row(ANN)]
    assert default_for_newcomer(rows, ANN) == ((MarkChange(ANN, None, None, expected),) if expected else ())


def test_R4_7_a_newcomer_with_a_mark_keeps_it_and_an_excused_one_is_excused() -> None:
    begun = row(BEN, check_in(PRESENT))
    assert default_for_newcomer([begun, row(ANN, mark(EXCUSED))], ANN) == ()
    (change,) = default_for_newcomer([begun, row(CAS), row(ANN, is_excused=True)], ANN)
    assert (change.student_id, change.after) == (ANN, replace(DEFAULTED_EXCUSED, by_check_in=True))


def test_R4_13_everybody_is_absent_on_a_sheet_without_any_mark() -> None:
    rows = [row(ANN), row(BEN, is_excused=True)]
    assert [(change.student_id, change.after) for change in default_everybody(rows)] == [
        (ANN, DEFAULTED_ABSENT),
        (BEN, DEFAULTED_EXCUSED),
    ]
    assert default_everybody([]) == ()
    assert default_everybody([*rows, row(CAS, mark(ABSENT))]) == ()
