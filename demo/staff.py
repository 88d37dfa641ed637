"""Makes the staff of the demo business, with permissions through groups and of their own (R11.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from attendance.rules.vocabulary import Permission, PersonKind
from db import models
from demo import sign_ins
from demo.business import Business

_OFFICE = (
    Permission.OFFICE_ATTENDANCE_FULL,
    Permission.OFFICE_SEE_ALL,
    Permission.STAFF_ATTENDANCE_FULL,
    Permission.STAFF_SEE_ALL,
    Permission.EXCUSE_ABSENCES,
    Permission.CREATE_MAKEUP_TOKENS,
    Permission.DELETE_MAKEUP_TOKENS,
    Permission.MAKEUPS_WITHOUT_TOKENS,
    Permission.CANCEL_OCCURRENCES,
    Permission.MANAGE_ENROLLMENTS,
    Permission.MANAGE_STAFF,
    Permission.LAUNCH_KIOSK,
    Permission.SEE_BALANCES,
    Permission.SEND_STATEMENTS,
    Permission.SEE_MEDICAL,
)
GROUPS: dict[str, tuple[Permission, ...]] = {
    "Owners": (Permission.OWNER,),
    "Office": _OFFICE,
    "Front desk": (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL, Permission.LAUNCH_KIOSK),
    "Coaches": (
        Permission.STAFF_ATTENDANCE_FULL,
        Permission.STAFF_SEE_ALL,
        Permission.EXCUSE_ABSENCES,
        Permission.SEE_MEDICAL,
    ),
    "Instructors": (Permission.STAFF_ATTENDANCE_FULL, Permission.EXCUSE_ABSENCES, Permission.SEE_MEDICAL),
    "New instructors": (Permission.STAFF_ATTENDANCE_VIEW,),
}


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """One staff member. `key` names the person within the demo; `grants` are the personal permissions."""

    key: str
    first_name: str
    last_name: str
    email: str
    group: str | None
    grants: tuple[Permission, ...] = ()


def _at(name: str) -> str:
    return f"{name}@copperlake.example"


STAFF = (
    StaffPlan("owner", "Marisol", "Whitaker", sign_ins.OWNER, "Owners"),
    StaffPlan("office", "Kenji", "Olsen", sign_ins.OFFICE_MANAGER, "Office", (Permission.MANAGE_SETTINGS,)),
    StaffPlan("desk", "Tamara", "Fields", sign_ins.FRONT_DESK, "Front desk"),
    StaffPlan(
        "desk-2",
        "Darius",
        "Boateng",
        _at("darius"),
        "Front desk",
        (Permission.OFFICE_ATTENDANCE_FULL, Permission.SEE_BALANCES),
    ),
    StaffPlan("coach", "Ingrid", "Solano", sign_ins.HEAD_COACH, "Coaches", (Permission.CREATE_MAKEUP_TOKENS,)),
    StaffPlan("lake-1", "Devon", "Reyes", sign_ins.INSTRUCTOR, "Instructors"),
    StaffPlan("lake-2", "Amina", "Yusuf", _at("amina"), "Instructors"),
    StaffPlan("lake-3", "Piotr", "Zielinski", _at("piotr"), "Instructors"),
    StaffPlan("lake-4", "Grace", "Tanaka", _at("grace"), "New instructors"),
    StaffPlan("hills-1", "Lucia", "Moreno", _at("lucia"), "Instructors"),
    StaffPlan("hills-2", "Tom", "Redfeather", _at("tom"), "Instructors"),
    StaffPlan("hills-3", "Nadia", "Haddad", _at("nadia"), "Instructors"),
    StaffPlan("substitute", "Oskar", "Lind", _at("oskar"), None, (Permission.STAFF_ATTENDANCE_FULL,)),
    StaffPlan("both", "Sam", "Quintero", sign_ins.IN_BOTH, "Instructors"),
)
SMALL_STAFF = (
    StaffPlan("owner", "Harriet", "Osei", sign_ins.SMALL_OWNER, "Owners"),
    StaffPlan("both", "Sam", "Quintero", sign_ins.IN_BOTH, "Instructors"),
)
# The instructors at each site, in turn.
INSTRUCTORS = (("lake-1", "lake-2", "lake-3", "lake-4"), ("hills-1", "hills-2", "hills-3", "both"))
SMALL_INSTRUCTORS = (("both",),)


def hire(business: Business, staff: Sequence[StaffPlan], password_hash: str) -> None:
    rows = business.rows
    for name in dict.fromkeys(plan.group for plan in staff if plan.group):
        rows.add(models.PermissionGroup, id=rows.id("group", name), name=name, permissions=list(GROUPS[name]))
    for plan in staff:
        person_id = rows.id("staff", plan.key)
        business.staff[plan.key] = person_id
        rows.add(
            models.Person,
            id=person_id,
            kind=PersonKind.STAFF,
            first_name=plan.first_name,
            last_name=plan.last_name,
            email=plan.email,
            password_hash=password_hash,
            family_id=None,
            permissions=list(plan.grants),
            source_id=None,
            ended_at=None,
        )
        if plan.group:
            rows.add(models.GroupMember, person_id=person_id, group_id=rows.id("group", plan.group))


def assign_instructors(business: Business, instructors: Sequence[Sequence[str]]) -> None:
    for site, keys in zip(business.sites, instructors, strict=True):
        taught = [course for course in business.courses if course.site is site]
        taught.sort(key=lambda course: course.part.name == "ORDINARY")
        for number, course in enumerate(taught):
            # One person teaches everything that is held around now, so that a single account shows all of it.
            key = keys[0] if number < len(keys) - 1 else keys[number % len(keys)]
            course.instructor_ids.append(business.staff[key])
            business.rows.add(models.OfferingInstructor, offering_id=course.id, person_id=business.staff[key])
