"""Makes the two demo organizations step by step."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from attendance.rules.organization.settings import (
    ClassSettings,
    KioskSettings,
    MakeupTokenSettings,
    OrganizationSettings,
    StaffPortalSettings,
)
from attendance.rules.vocabulary import ExpiryUnit, MakeupTokenState, OfferingKind, Permission
from db import models
from demo import by_hand, catalogue, offerings, people, showcase, sign_ins, staff
from demo.business import Business
from demo.history import live_through
from demo.ledger import Ledger
from demo.rows import Rows, organization_id
from demo.taking import Attendance
from demo.today import live_today

# Check-in mode is on for staff, whose absences therefore wait for the runs, and off in the office, whose earn at once.
SETTINGS = OrganizationSettings(
    classes=ClassSettings(consecutive_absences_notice=3),
    staff_portal=StaffPortalSettings(staff_check_in_mode=True),
    kiosk=KioskSettings(kiosk_early_minutes=30, kiosk_late_minutes=15, kiosk_marks_tardy=True),
    makeup_tokens=MakeupTokenSettings(token_limit=3, expiry_unit=ExpiryUnit.WEEKS, expiry_count=6),
)
FAMILY_SIZES = (1, 2, 1, 2, 1, 3, 1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 3, 1, 2) * 20
SMALL_FAMILY_SIZES = (1, 2) * 6 + (1, 1)


def business_rows(now: datetime, password_hash: str) -> Rows:
    """Copper Lake Swim & Gymnastics: two sites an hour apart, 40 classes, 600 students, eight weeks of attendance."""
    business = _open(sign_ins.BUSINESS, "USD", SETTINGS, now)
    offerings.open_sites(business, catalogue.SITES)
    offerings.open_programs(business, catalogue.PROGRAMS)
    _offer(business, catalogue.CLASSES)
    for kind, plans in (
        (OfferingKind.CAMP, catalogue.CAMPS),
        (OfferingKind.APPOINTMENT, catalogue.APPOINTMENTS),
    ):
        for plan in plans:
            offerings.offer_dates(business, kind, plan)
    staff.hire(business, staff.STAFF, password_hash)
    staff.assign_instructors(business, staff.INSTRUCTORS)
    _launch_kiosks(business, business.staff["desk"])
    people.admit_families(business, FAMILY_SIZES, password_hash)
    people.fill_dates(business)
    showcase.arrange_students(business)
    attendance = _attendance(business, staff.STAFF)
    by_hand.substitute_some(attendance)
    by_hand.cancel_some(attendance)
    live_through(attendance)
    showcase.arrange_makeup_and_absence(attendance)
    by_hand.make_tokens(attendance)
    by_hand.tell_absences(attendance)
    live_today(attendance)
    _name_guardian(attendance.ledger)
    return business.rows


def small_business_rows(now: datetime, password_hash: str) -> Rows:
    """Thameside Tumblers: one site in London, three classes, twenty students; one instructor works in both."""
    business = _open(sign_ins.SMALL_BUSINESS, "GBP", OrganizationSettings(), now)
    offerings.open_sites(business, catalogue.SMALL_SITES)
    offerings.open_programs(business, (catalogue.GYM,))
    _offer(business, catalogue.SMALL_CLASSES)
    staff.hire(business, staff.SMALL_STAFF, password_hash)
    staff.assign_instructors(business, staff.SMALL_INSTRUCTORS)
    people.admit_families(business, SMALL_FAMILY_SIZES, password_hash)
    attendance = _attendance(business, staff.SMALL_STAFF)
    live_through(attendance)
    return business.rows


def _open(name: str, currency: str, settings: OrganizationSettings, now: datetime) -> Business:
    rows = Rows(organization_id(name))
    rows.add(models.Organization, name=name, currency=currency, created_at=now)
    columns = {column: value for group in asdict(settings).values() for column, value in group.items()}
    rows.add(models.Settings, **columns | {"earning_types": sorted(columns["earning_types"])})
    return Business(rows, Random(name), now, settings)  # noqa: S311 - the same people for everybody


def _offer(business: Business, classes: Sequence[catalogue.ClassPlan]) -> None:
    offerings.open_sessions(business)
    for plan in classes:
        offerings.offer_class(business, plan)


def _launch_kiosks(business: Business, launched_by: UUID) -> None:
    for site in business.sites:
        kiosk_id = business.rows.id("kiosk", site.id)
        business.kiosks[site.id] = kiosk_id
        business.rows.add(
            models.Kiosk,
            id=kiosk_id,
            location_id=site.id,
            name="Front door",
            launched_by_id=launched_by,
            launched_at=business.now - timedelta(days=60),
            expires_at=business.now + timedelta(days=30),
            revoked_at=None,
        )


def _attendance(business: Business, plans: Sequence[staff.StaffPlan]) -> Attendance:
    may_excuse = frozenset(
        business.staff[plan.key]
        for plan in plans
        if plan.group and Permission.EXCUSE_ABSENCES in staff.GROUPS[plan.group]
    )
    return Attendance(business, Ledger(business), may_excuse)


def _name_guardian(ledger: Ledger) -> None:
    """Give the published guardian account to the family with the most to see: its tokens are in the most different
    states.
    """
    states: dict[UUID, set[MakeupTokenState]] = {}
    for token in ledger.tokens:
        family = ledger.business.children[token.row["student_id"]].family
        states.setdefault(family["id"], set()).add(token.state(token.site.today))
    best = max(states, key=lambda family_id: (MakeupTokenState.AVAILABLE in states[family_id], len(states[family_id])))
    child = next(child for child in ledger.business.children.values() if child.family["id"] == best)
    child.guardian["email"] = child.family["email"] = sign_ins.GUARDIAN
