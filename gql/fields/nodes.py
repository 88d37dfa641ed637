"""How objects of each type are found by their ids: many at once, and only those that the viewer may see."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey, latest_versions
from attendance.rules.organization.permissions import may, may_see_attendance, sees_all_occurrences
from attendance.rules.roster.roster_rows import roster_rows
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import Permission, PersonKind, Portal
from db.accounts.invitations import list_invitations
from db.accounts.sign_ins import read_sign_ins
from db.accounts.staff import read_groups
from db.calendar.occurrences import read_heads
from db.calendar.offerings import read_locations, read_offerings, read_offerings_of_timeslots, read_programs
from db.people.people import read_kiosks, read_people
from db.people.students import read_enrollments_by_id, read_notes_by_id, visibility_of
from db.roster.rosters import read_rosters
from gql.absences.expected_absence import find_expected_absences
from gql.absences.staff_absence import find_staff_absences
from gql.accounts.invitation import invitable_kinds, show_invitation
from gql.accounts.permission_group import show_group
from gql.accounts.sign_in import show_sign_in
from gql.calendar.occurrence import show_occurrence
from gql.calendar.offering import show_location, show_offering, show_program, show_timeslot
from gql.catalogue.blackout import find_blackout_dates, find_blackout_schedules
from gql.catalogue.session import find_sessions
from gql.enrollments.enrollment import show_place
from gql.fields.context import Reading
from gql.fields.global_ids import Part, encode_id
from gql.fields.node import Node
from gql.fields.visible import find_families, find_students, may_see_students
from gql.makeups.makeup_request import find_makeup_requests
from gql.organization.viewer import Organization
from gql.people.people import show_guardian, show_kiosk, show_staff_member
from gql.people.student_note import show_note
from gql.roster.roster import show_roster
from gql.tasks.background_task import find_tasks
from gql.tokens.makeup_token import find_tokens

Key: TypeAlias = tuple[Part, ...]
Found: TypeAlias = Mapping[Key, Node]
Find: TypeAlias = Callable[[Reading, list[Any], datetime], Awaitable[Found]]


async def find_nodes(source: Reading, wanted: Iterable[tuple[str, Key]], now: datetime) -> dict[tuple[str, Key], Node]:
    """Return objects by type and key. Those that do not exist or that the viewer may not see are left out. It takes
    a few statements for each type.
    """
    keys: dict[str, set[Key]] = defaultdict(set)
    for type_name, key in wanted:
        keys[type_name].add(key)
    nodes: dict[tuple[str, Key], Node] = {}
    for type_name, mine in keys.items():
        found = await _FIND[type_name](source, list(mine), now)
        nodes |= {(type_name, key): node for key, node in found.items()}
    return nodes


async def _organizations(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    """Return the viewer's own organization."""
    viewer = source.viewer
    own = (viewer.caller.organization_id,)
    if own not in keys:
        return {}
    organization_id = encode_id("Organization", viewer.caller.organization_id)
    return {own: Organization(id=organization_id, name=viewer.organization_name, currency=viewer.currency)}


async def _occurrences(source: Reading, keys: list[tuple[UUID, Any]], now: datetime) -> Found:
    organization_id = source.viewer.caller.organization_id
    heads = await read_heads(source.connection, organization_id, [OccurrenceKey(*key) for key in keys])
    visible = [head for head in heads if may_see_occurrence(source.viewer.caller, head)]
    return {(head.key.timeslot_id, head.key.held_on): show_occurrence(head, now) for head in visible}


async def _roster_entries(source: Reading, keys: list[tuple[UUID, Any, UUID]], now: datetime) -> Found:
    organization_id, sight = source.viewer.caller.organization_id, sight_of(source.viewer)
    students = {key[2] for key in keys}
    heads = await read_heads(source.connection, organization_id, {OccurrenceKey(*key[:2]) for key in keys})
    visible = [head for head in heads if may_see_occurrence(source.viewer.caller, head)]
    rosters = await read_rosters(source.connection, organization_id, visible, students)
    found: dict[Key, Node] = {}
    for head in visible:
        rows = roster_rows(rosters[head.key], head, sight)
        for row, entry in zip(rows, show_roster(rows, head, sight), strict=True):
            found[head.key.timeslot_id, head.key.held_on, row.student.id] = entry
    return {key: found[key] for key in keys if key in found}


async def _offerings(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if not may_see_attendance(caller):
        return {}
    visible_to = None if sees_all_occurrences(caller) else caller.person_id
    plans = await read_offerings(source.connection, caller.organization_id, _ids(keys), visible_to)
    return {(found,): show_offering(plan.offering, plan.live_timeslots) for found, plan in plans.items()}


async def _timeslots(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if not may_see_attendance(caller):
        return {}
    visible_to = None if sees_all_occurrences(caller) else caller.person_id
    plans = await read_offerings_of_timeslots(source.connection, caller.organization_id, _ids(keys), visible_to)
    slots = {slot.id: slot for plan in plans for slot in latest_versions(plan.timeslots)}
    return {key: show_timeslot(slots[key[0]]) for key in keys if key[0] in slots}


async def _locations(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    found = await read_locations(source.connection, source.viewer.caller.organization_id, _ids(keys))
    return {(each.id,): show_location(each) for each in found}


async def _programs(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    found = await read_programs(source.connection, source.viewer.caller.organization_id, _ids(keys))
    return {(each.id,): show_program(each) for each in found}


async def _sessions(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    found = await find_sessions(source.connection, source.viewer.caller.organization_id, _ids(keys))
    return {(each,): session for each, session in found.items()}


async def _blackout_schedules(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if caller.portal is Portal.CUSTOMER:
        return {}
    found = await find_blackout_schedules(source.connection, caller.organization_id, _ids(keys))
    return {(each,): schedule for each, schedule in found.items()}


async def _blackout_dates(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if caller.portal is Portal.CUSTOMER:
        return {}
    found = await find_blackout_dates(source.connection, caller.organization_id, _ids(keys))
    return {(each,): closure for each, closure in found.items()}


async def _staff(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if caller.portal is Portal.CUSTOMER:
        return {}
    found = await read_people(source.connection, caller.organization_id, PersonKind.STAFF, _ids(keys))
    return {(each,): show_staff_member(facts) for each, facts in found.items()}


async def _guardians(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    """Return guardians. A guardian sees those of the own family; staff must be allowed to see all students."""
    caller = source.viewer.caller
    if not may_see_students(caller) or visibility_of(caller).visible_to is not None:
        return {}
    found = await read_people(
        source.connection, caller.organization_id, PersonKind.GUARDIAN, _ids(keys), caller.family_id
    )
    return {(each,): show_guardian(facts) for each, facts in found.items()}


async def _kiosks(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller = source.viewer.caller
    if caller.portal is Portal.CUSTOMER:
        return {}
    found = await read_kiosks(source.connection, caller.organization_id, _ids(keys))
    return {(each,): show_kiosk(facts) for each, facts in found.items()}


async def _students(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    found = await find_students(source, _ids(keys))
    return {(each,): student for each, student in found.items()}


async def _families(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): family for each, family in (await find_families(source, _ids(keys))).items()}


async def _enrollments(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    found = await read_enrollments_by_id(source.connection, source.viewer.caller.organization_id, _ids(keys))
    visible = await find_students(source, {each.enrollment.student_id for each in found})
    return {(each.enrollment.id,): show_place(each) for each in found if each.enrollment.student_id in visible}


async def _notes(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    if not may_see_attendance(source.viewer.caller):
        return {}
    found = await read_notes_by_id(source.connection, source.viewer.caller.organization_id, _ids(keys))
    visible = await find_students(source, found.keys())
    return {(note.id,): show_note(note) for student_id in visible for note in found[student_id]}


async def _expected_absences(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): absence for each, absence in (await find_expected_absences(source, _ids(keys))).items()}


async def _makeup_requests(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): asked for each, asked in (await find_makeup_requests(source, _ids(keys), now)).items()}


async def _makeup_tokens(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): token for each, token in (await find_tokens(source, _ids(keys), now)).items()}


async def _background_tasks(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): task for each, task in (await find_tasks(source, _ids(keys))).items()}


async def _staff_absences(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    return {(each,): absence for each, absence in (await find_staff_absences(source, _ids(keys))).items()}


def _ids(keys: Sequence[tuple[UUID]]) -> list[UUID]:
    return [key[0] for key in keys]


async def _permission_groups(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    if not may(source.viewer.caller, Permission.MANAGE_STAFF):
        return {}
    groups = await read_groups(source.connection, source.viewer.caller.organization_id)
    return {(id_,): show_group(groups[id_]) for (id_,) in keys if id_ in groups}


async def _invitations(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    caller, ids = source.viewer.caller, [id_ for (id_,) in keys]
    found = await list_invitations(
        source.connection, caller.organization_id, invitable_kinds(caller), now=now, ids=ids, limit=len(ids)
    )
    return {(row.id,): show_invitation(row) for row in found}


async def _sign_ins(source: Reading, keys: list[tuple[UUID]], now: datetime) -> Found:
    """Return the viewer's own sign-ins; owners see everybody's."""
    viewer, ids = source.viewer, [id_ for (id_,) in keys]
    whose = None if may(viewer.caller, Permission.OWNER) else viewer.caller.id
    found = await read_sign_ins(source.connection, viewer.caller.organization_id, ids, whose, now=now)
    return {(row.id,): show_sign_in(row, viewer.sign_in_id) for row in found}


_FIND: dict[str, Find] = {
    "PermissionGroup": _permission_groups,
    "Invitation": _invitations,
    "SignIn": _sign_ins,
    "Organization": _organizations,
    "Occurrence": _occurrences,
    "RosterEntry": _roster_entries,
    "Offering": _offerings,
    "Timeslot": _timeslots,
    "Location": _locations,
    "Program": _programs,
    "Session": _sessions,
    "BlackoutSchedule": _blackout_schedules,
    "BlackoutDate": _blackout_dates,
    "StaffMember": _staff,
    "Guardian": _guardians,
    "Kiosk": _kiosks,
    "Student": _students,
    "Family": _families,
    "Enrollment": _enrollments,
    "StudentNote": _notes,
    "MakeupToken": _makeup_tokens,
    "MakeupRequest": _makeup_requests,
    "ExpectedAbsence": _expected_absences,
    "BackgroundTask": _background_tasks,
    "StaffAbsence": _staff_absences,
}
NODE_TYPES = frozenset(_FIND)
