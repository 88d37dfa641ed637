"""Section 11: what grants are worth, and what a caller may do."""

from uuid import UUID

import pytest

from attendance.rules.organization.permissions import (
    Caller,
    effective,
    may,
    may_enter,
    may_excuse,
    may_record_attendance,
    may_see_attendance,
    sees_all_occurrences,
    sees_balances,
    sees_medical,
)
from attendance.rules.organization.settings import StaffPortalSettings
from attendance.rules.vocabulary import Permission, PersonKind, Portal, Source

ORGANIZATION = UUID(int=1)
PERSON = UUID(int=2)
SHOWN = StaffPortalSettings(staff_sees_balances=True)
HIDDEN = StaffPortalSettings(staff_sees_balances=False)


def caller(portal: Portal, *permissions: Permission) -> Caller:
    return Caller(ORGANIZATION, portal, effective(portal, permissions), person_id=PERSON)


def test_R11_1_grants_of_person_and_groups_add_up() -> None:
    own, groups = [Permission.STAFF_ATTENDANCE_VIEW], [Permission.SEE_MEDICAL, Permission.STAFF_SEE_ALL]
    assert effective(Portal.STAFF, own, groups) == {*own, *groups}


def test_R11_1_the_least_restrictive_wins() -> None:
    view, full = [Permission.STAFF_ATTENDANCE_VIEW], [Permission.STAFF_ATTENDANCE_FULL]
    assert effective(Portal.STAFF, view, full) == {*view, *full}


@pytest.mark.parametrize("portal", [Portal.OFFICE, Portal.STAFF])
def test_R11_1_full_includes_view(portal: Portal) -> None:
    full = Permission(f"{portal}_ATTENDANCE_FULL")
    assert effective(portal, [full]) == {full, Permission(f"{portal}_ATTENDANCE_VIEW")}


def test_R11_1_permissions_count_in_their_portal_alone() -> None:
    everything = list(Permission)
    assert not any(name.startswith("STAFF_") for name in effective(Portal.OFFICE, everything))
    assert not any(name.startswith("OFFICE_") for name in effective(Portal.STAFF, everything))
    assert Permission.EXCUSE_ABSENCES not in effective(Portal.OFFICE, everything)
    assert effective(Portal.CUSTOMER, everything) == effective(Portal.KIOSK, everything) == frozenset()


def test_R11_1_an_owner_holds_everything() -> None:
    for portal in (Portal.OFFICE, Portal.STAFF):
        assert effective(portal, [Permission.OWNER]) == effective(portal, list(Permission))


def test_grants_of_a_later_version_are_worth_nothing() -> None:
    assert effective(Portal.OFFICE, ["FLY", Permission.SEE_MEDICAL]) == {Permission.SEE_MEDICAL}


@pytest.mark.parametrize(
    ("portal", "kind", "permission", "expected"),
    [
        (Portal.CUSTOMER, PersonKind.GUARDIAN, None, True),
        (Portal.STAFF, PersonKind.GUARDIAN, None, False),
        (Portal.OFFICE, PersonKind.GUARDIAN, None, False),
        (Portal.KIOSK, PersonKind.GUARDIAN, None, False),
        (Portal.CUSTOMER, PersonKind.STAFF, Permission.OWNER, False),
        (Portal.STAFF, PersonKind.STAFF, None, True),
        (Portal.KIOSK, PersonKind.STAFF, Permission.OWNER, False),
        (Portal.OFFICE, PersonKind.STAFF, None, False),
        (Portal.OFFICE, PersonKind.STAFF, Permission.STAFF_ATTENDANCE_FULL, False),
        (Portal.OFFICE, PersonKind.STAFF, Permission.MANAGE_SETTINGS, False),
        (Portal.OFFICE, PersonKind.STAFF, Permission.OFFICE_ATTENDANCE_VIEW, True),
        (Portal.OFFICE, PersonKind.STAFF, Permission.OFFICE_ATTENDANCE_FULL, True),
        (Portal.OFFICE, PersonKind.STAFF, Permission.OFFICE_SEE_ALL, True),
        (Portal.OFFICE, PersonKind.STAFF, Permission.OWNER, True),
    ],
)
def test_who_may_enter_a_portal(
    portal: Portal, kind: PersonKind, permission: Permission | None, expected: bool
) -> None:
    assert may_enter(portal, kind, effective(portal, [permission] if permission else [])) is expected


@pytest.mark.parametrize(
    ("held", "sees", "records"),
    [
        ([], False, False),
        ([Permission.OFFICE_ATTENDANCE_VIEW], True, False),
        ([Permission.OFFICE_ATTENDANCE_FULL], True, True),
        ([Permission.STAFF_ATTENDANCE_FULL], False, False),
        ([Permission.OWNER], True, True),
    ],
)
def test_attendance_in_the_office(held: list[Permission], sees: bool, records: bool) -> None:
    somebody = caller(Portal.OFFICE, *held)
    assert (may_see_attendance(somebody), may_record_attendance(somebody)) == (sees, records)


def test_without_see_all_a_caller_sees_its_own() -> None:
    assert not sees_all_occurrences(caller(Portal.STAFF, Permission.STAFF_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL))
    assert sees_all_occurrences(caller(Portal.STAFF, Permission.STAFF_SEE_ALL))


def test_excusing_needs_a_permission_in_the_staff_portal_alone() -> None:
    assert not may_excuse(caller(Portal.STAFF, Permission.STAFF_ATTENDANCE_FULL))
    assert not may_excuse(caller(Portal.STAFF, Permission.EXCUSE_ABSENCES))
    assert may_excuse(caller(Portal.STAFF, Permission.STAFF_ATTENDANCE_FULL, Permission.EXCUSE_ABSENCES))
    assert may_excuse(caller(Portal.OFFICE, Permission.OFFICE_ATTENDANCE_FULL))
    assert not may_excuse(caller(Portal.OFFICE, Permission.OFFICE_ATTENDANCE_VIEW))


def test_R3_4_balances_need_a_permission_and_in_the_staff_portal_a_setting() -> None:
    office, staff = (caller(portal, Permission.SEE_BALANCES) for portal in (Portal.OFFICE, Portal.STAFF))
    assert sees_balances(office, HIDDEN)
    assert sees_balances(staff, SHOWN)
    assert not sees_balances(staff, HIDDEN)
    assert not sees_balances(caller(Portal.OFFICE), SHOWN)


def test_R3_4_medical_text_needs_its_permission() -> None:
    assert sees_medical(caller(Portal.STAFF, Permission.SEE_MEDICAL))
    assert not sees_medical(caller(Portal.STAFF, Permission.STAFF_ATTENDANCE_FULL))


def test_R11_2_guardians_and_kiosks_hold_no_permission() -> None:
    guardian, kiosk = caller(Portal.CUSTOMER, Permission.OWNER), caller(Portal.KIOSK, Permission.OWNER)
    assert not any(may(somebody, permission) for somebody in (guardian, kiosk) for permission in Permission)


@pytest.mark.parametrize(
    ("portal", "source"),
    [
        (Portal.OFFICE, Source.OFFICE),
        (Portal.STAFF, Source.STAFF),
        (Portal.CUSTOMER, Source.GUARDIAN),
        (Portal.KIOSK, Source.KIOSK),
    ],
)
def test_R1_1_the_source_comes_from_the_credential(portal: Portal, source: Source) -> None:
    assert caller(portal).source is source
