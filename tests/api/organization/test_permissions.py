"""Who may use each root field, one row a field, and nothing happens to whoever may not (section 11)."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from graphql import GraphQLObjectType

from attendance.rules.organization.permissions import counting
from attendance.rules.vocabulary import Permission, Portal
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from tests.api.organization.permission_stage import PHONE, STAFF_PORTALS, Stage, outcome
from tests.api.organization.shared_stage import SharedStage, shared_stage
from tests.support.api import SCHEMA, Api
from tests.support.documents import mutation
from tests.support.fingerprint import fingerprint

Given: TypeAlias = Callable[[Stage], dict[str, Any]]

VIEW = frozenset({Permission.OFFICE_ATTENDANCE_VIEW, Permission.STAFF_ATTENDANCE_VIEW})
FULL = frozenset({Permission.OFFICE_ATTENDANCE_FULL, Permission.STAFF_ATTENDANCE_FULL})
SEE_ALL = frozenset({Permission.OFFICE_SEE_ALL, Permission.STAFF_SEE_ALL})
ANYBODY = frozenset[Permission]()
NO_ONE, NOT_YOU, DENIED, GONE = "UNAUTHENTICATED", "FORBIDDEN", "PermissionDenied", "NOT_FOUND"


@dataclass(frozen=True)
class Row:
    """What each kind of caller is answered. `right`: staff with `needs`, VIEW and SEE_ALL; `lacking`: staff who hold
    every permission but `needs` and what includes it; `guardian`: of the student's family; `stranger`: the owner of
    another organization, who names what is here.
    """

    given: Given
    needs: frozenset[Permission]
    right: str
    lacking: str
    guardian: str
    kiosk: str
    stranger: str
    anonymous: str = NO_ONE
    document: str = ""


def query(document: str, given: Given, needs: frozenset[Permission], **outcomes: str) -> Row:
    return Row(given, needs, document=document, **outcomes)


def act(given: Given, needs: frozenset[Permission], **outcomes: str) -> Row:
    """A mutation: `given` is its input."""
    return Row(lambda stage: {"input": given(stage)}, needs, **outcomes)


def nothing(_: Stage) -> dict[str, Any]:
    return {}


STAFF_ALONE = {"guardian": NOT_YOU, "kiosk": NOT_YOU}
NOT_KIOSKS = {"guardian": "OK", "kiosk": NOT_YOU}
CHANGES = {"right": "OK", "lacking": DENIED, **STAFF_ALONE}
OF_STUDENT = CHANGES | {"stranger": GONE}
SETTING = CHANGES | {"stranger": "OK"}  # Its own.
MANAGE_SETTINGS, MANAGE_ENROLLMENTS = (
    frozenset({Permission.MANAGE_SETTINGS}),
    frozenset({Permission.MANAGE_ENROLLMENTS}),
)
MANAGE_PEOPLE = frozenset({Permission.MANAGE_PEOPLE})
LAUNCH_KIOSK = frozenset({Permission.LAUNCH_KIOSK})
OWNER = frozenset({Permission.OWNER})
CREATE_TOKENS = frozenset({Permission.CREATE_MAKEUP_TOKENS})
MANAGE_STAFF = frozenset({Permission.MANAGE_STAFF})
STATEMENTS = frozenset({Permission.SEND_STATEMENTS, Permission.SEE_BALANCES})
CANCEL = frozenset({Permission.CANCEL_OCCURRENCES})
SIGN_IN = {"email": "nobody@example.com", "password": "wrong"}

BY_LINK = dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "LinkNotValid")
MANAGE_CATALOGUE = frozenset({Permission.MANAGE_CATALOGUE})
OF_CATALOGUE = CHANGES | {"stranger": GONE}

READS_STAFF = STAFF_ALONE | {"right": "OK", "lacking": NOT_YOU, "stranger": "OK"}
READS_NONE = STAFF_ALONE | {"right": "OK", "lacking": NOT_YOU, "stranger": "EMPTY"}
BY_CHALLENGE = dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "ChallengeNotValid")
NO_FACTOR = dict.fromkeys(("right", "lacking", "guardian", "stranger"), "WrongCode") | {"kiosk": NOT_YOU}
INVITES = frozenset({Permission.MANAGE_STAFF, Permission.MANAGE_ENROLLMENTS})


def of_tom(stage: Stage) -> dict[str, Any]:
    return {"staffMemberId": stage.id("StaffMember", stage.tom)}


OTHERS_TASK = STAFF_ALONE | {"right": "OK", "lacking": GONE, "stranger": GONE}

MERGED: dict[str, Given] = {
    "Families": lambda stage: {"id": stage.id("Family", stage.family_id)},
    "Guardians": lambda stage: {"id": stage.id("Guardian", stage.gail)},
    "Students": lambda stage: {"id": stage.student_id},
}

TABLE: dict[str, Row] = {
    "Query.backgroundTasks": query(
        "{ backgroundTasks { nodes { id } } }",
        nothing,
        OWNER,
        right="OK",
        lacking="EMPTY",
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Mutation.cancelBackgroundTask": act(
        lambda stage: {"backgroundTaskId": stage.id("BackgroundTask", stage.task)}, OWNER, **OTHERS_TASK
    ),
    "Mutation.deleteBackgroundTask": act(
        lambda stage: {"backgroundTaskId": stage.id("BackgroundTask", stage.task)}, OWNER, **OTHERS_TASK
    ),
    "Mutation.sendWithheldEmails": act(
        lambda stage: {"backgroundTaskId": stage.id("BackgroundTask", stage.task)}, OWNER, **OTHERS_TASK
    ),
    "Query.viewer": query(
        "{ viewer { __typename } }",
        nothing,
        ANYBODY,
        right="OK",
        lacking="OK",
        guardian="OK",
        kiosk="OK",
        stranger="OK",
        anonymous="NULL",
    ),
    "Query.node": query(
        "query($id: ID!) { node(id: $id) { id } }",
        lambda stage: {"id": stage.student_id},
        VIEW,
        right="OK",
        lacking="NULL",
        stranger="NULL",
        **NOT_KIOSKS,
    ),
    "Query.nodes": query(
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        lambda stage: {"id": stage.student_id},
        VIEW,
        right="OK",
        lacking="NULL",
        stranger="NULL",
        **NOT_KIOSKS,
    ),
    "Query.occurrence": query(
        "query($id: ID!) { occurrence(id: $id) { id } }",
        lambda stage: {"id": stage.occurrence_id},
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="NULL",
        **STAFF_ALONE,
    ),
    "Query.occurrences": query(
        'query { occurrences(filter: {from: "2026-11-16", to: "2026-11-16"}) { nodes { id } } }',
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.daySheets": query(
        '{ daySheets(date: "2026-11-16") { id } }',
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.offerings": query(
        "{ offerings { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.student": query(
        "query($id: ID!) { student(id: $id) { id } }",
        lambda stage: {"id": stage.student_id},
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="NULL",
        **NOT_KIOSKS,
    ),
    "Query.students": query(
        "{ students { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **NOT_KIOSKS,
    ),
    "Query.family": query(
        "query($id: ID!) { family(id: $id) { id } }",
        lambda stage: {"id": stage.id("Family", stage.family_id)},
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="NULL",
        **NOT_KIOSKS,
    ),
    "Query.families": query(
        "{ families { nodes { id } } }",
        nothing,
        MANAGE_PEOPLE,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.enrollments": query(
        "{ enrollments(type: ACTIVE) { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.makeupTokens": query(
        "{ makeupTokens { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    **{
        f"Query.merge{many}Preview": query(
            f"query($id: ID!) {{ merge{many}Preview(fromId: $id, intoId: $id) {{ seen }} }}",
            given,
            MANAGE_PEOPLE,
            right=GONE,
            lacking=NOT_YOU,
            stranger=GONE,
            **STAFF_ALONE,
        )
        for many, given in MERGED.items()
    },
    **{
        f"Mutation.merge{many}": act(
            lambda stage, given=given, many=many: {  # type: ignore[misc]
                "fromId": given(stage)["id"],
                "intoId": given(stage)["id"],
                "seen": "",
                **({"marks": []} if many == "Students" else {}),
            },
            MANAGE_PEOPLE,
            **(OF_STUDENT | {"right": GONE}),
        )
        for many, given in MERGED.items()
    },
    "Query.merges": query(
        "{ merges { nodes { fromId } } }",
        nothing,
        MANAGE_PEOPLE,
        right="EMPTY",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.locations": query(
        "{ locations { id } }", nothing, ANYBODY, right="OK", lacking="OK", stranger="OK", **NOT_KIOSKS
    ),
    "Query.programs": query(
        "{ programs { id } }",
        nothing,
        ANYBODY,
        right="OK",
        lacking="OK",
        stranger="EMPTY",
        guardian="OK",
        kiosk=NOT_YOU,
    ),
    "Query.settings": query(
        "{ settings { classes { officeCheckInMode } } }",
        nothing,
        ANYBODY,
        right="OK",
        lacking="OK",
        stranger="OK",
        **STAFF_ALONE,
    ),
    "Query.kiosks": query(
        "{ kiosks { nodes { id } } }",
        nothing,
        LAUNCH_KIOSK,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.kioskFamily": query(
        f'{{ kioskFamily(phone: "{PHONE}") {{ students {{ firstName }} }} }}',
        nothing,
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        guardian=NOT_YOU,
        kiosk="OK",
    ),
    "Query.eligibleMakeups": query(
        'query($token: ID!) { eligibleMakeups(tokenId: $token, from: "2026-11-17", to: "2026-11-23") {'
        " nodes { occurrence { id } } } }",
        lambda stage: {"token": stage.id("MakeupToken", stage.token)},
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **NOT_KIOSKS,
    ),
    "Query.securityEvents": query(
        "{ securityEvents { nodes { kind } } }",
        nothing,
        OWNER,
        right="EMPTY",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.medicalReads": query(
        "{ medicalReads { nodes { readOn } } }",
        nothing,
        OWNER,
        right="EMPTY",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Query.exportFamily": query(
        "query($id: ID!) { exportFamily(familyId: $id) { exportedAt } }",
        lambda stage: {"id": stage.id("Family", stage.family_id)},
        OWNER,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.eraseFamilyPreview": query(
        "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }",
        lambda stage: {"id": stage.id("Family", stage.family_id)},
        OWNER,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.endFamilyPreview": query(
        "query($input: EndFamilyInput!) { endFamilyPreview(input: $input) { __typename } }",
        lambda stage: {"input": {"familyId": stage.id("Family", stage.family_id), "endGuardians": False}},
        MANAGE_ENROLLMENTS,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.endStudentPreview": query(
        "query($input: EndStudentInput!) { endStudentPreview(input: $input) { __typename } }",
        lambda stage: {"input": {"studentId": stage.student_id}},
        MANAGE_ENROLLMENTS,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.expectedAbsences": query(
        "{ expectedAbsences { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **NOT_KIOSKS,
    ),
    "Query.makeupRequests": query(
        "{ makeupRequests { nodes { id } } }",
        nothing,
        VIEW,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **NOT_KIOSKS,
    ),
    "Query.cancellationPreview": query(
        "query($input: CancelOccurrencesInput!) { cancellationPreview(input: $input) { occurrenceCount } }",
        lambda stage: {"input": {"occurrenceIds": [stage.occurrence_id]}},
        CANCEL,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.cancellationTokensPreview": query(
        "query($input: CreateCancellationTokensInput!) { cancellationTokensPreview(input: $input) { tokensToCreate } }",
        lambda stage: {"input": {"occurrenceIds": [stage.cancelled_id], "createTokens": {}}},
        CANCEL,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.tokenDefaults": query(
        "query($id: ID!) { tokenDefaults(studentId: $id) { issueOn } }",
        lambda stage: {"id": stage.student_id},
        CREATE_TOKENS,
        right="OK",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    "Query.makeupTokensPreview": query(
        "query($input: CreateMakeupTokensForStudentsInput!) { makeupTokensPreview(input: $input) { __typename } }",
        lambda stage: {"input": {"studentIds": [stage.student_id], "token": {}}},
        CREATE_TOKENS,
        right="MakeupTokensPreview",
        lacking=NOT_YOU,
        stranger=GONE,
        **STAFF_ALONE,
    ),
    # Open to all: what lets in is the password or the refresh token, whoever sends it.
    "Mutation.signIn": act(
        lambda _: SIGN_IN | {"portal": "OFFICE"},
        ANYBODY,
        **dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "SignInRefused"),
    ),
    "Mutation.refreshSession": act(
        lambda _: {"refreshToken": "unknown"},
        ANYBODY,
        **dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "SignInRefused"),
    ),
    "Query.staff": query("{ staff { nodes { email } } }", nothing, MANAGE_STAFF, **READS_STAFF),
    "Query.staffAccount": query(
        "query($id: ID!) { staffAccount(id: $id) { email } }",
        lambda stage: {"id": stage.id("StaffMember", stage.tom)},
        MANAGE_STAFF,
        **READS_STAFF | {"stranger": "NULL"},
    ),
    "Query.staffMembers": query(
        "{ staffMembers { nodes { firstName } } }", nothing, MANAGE_CATALOGUE | MANAGE_STAFF, **READS_STAFF
    ),
    "Query.permissionGroups": query("{ permissionGroups { id } }", nothing, MANAGE_STAFF, **READS_NONE),
    "Query.invitations": query("{ invitations { nodes { id } } }", nothing, INVITES, **READS_NONE | {"right": "EMPTY"}),
    "Mutation.createStaff": act(lambda _: {"firstName": "Nia", "lastName": "New"}, MANAGE_STAFF, **SETTING),
    "Mutation.updateStaff": act(lambda stage: of_tom(stage) | {"firstName": "Tim"}, MANAGE_STAFF, **OF_STUDENT),
    "Mutation.endStaff": act(of_tom, MANAGE_STAFF, **OF_STUDENT),
    "Mutation.restoreStaff": act(of_tom, MANAGE_STAFF, **OF_STUDENT),
    "Mutation.createPermissionGroup": act(lambda _: {"name": "Desk", "permissions": []}, MANAGE_STAFF, **SETTING),
    "Mutation.updatePermissionGroup": act(
        lambda stage: {"permissionGroupId": stage.id("PermissionGroup", stage.group), "name": "Desk"},
        MANAGE_STAFF,
        **OF_STUDENT,
    ),
    "Mutation.deletePermissionGroup": act(
        lambda stage: {"permissionGroupId": stage.id("PermissionGroup", stage.group)}, MANAGE_STAFF, **OF_STUDENT
    ),
    # Nobody's address is known here.
    "Mutation.inviteStaff": act(of_tom, MANAGE_STAFF, **OF_STUDENT | {"right": "NotInvitable"}),
    "Mutation.inviteGuardian": act(
        lambda stage: {"guardianId": stage.id("Guardian", stage.gail)},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT | {"right": "NotInvitable"},
    ),
    "Mutation.sendPasswordReset": act(
        lambda stage: {"personId": stage.id("Guardian", stage.gail)}, INVITES, **OF_STUDENT | {"right": "NotInvitable"}
    ),
    "Mutation.revokeInvitation": act(
        lambda stage: {"invitationId": stage.id("Invitation", stage.gail)}, INVITES, **OF_STUDENT | {"right": GONE}
    ),
    "Query.signIns": query(
        "{ signIns { nodes { id } } }", nothing, ANYBODY, right="OK", lacking="OK", stranger="OK", **NOT_KIOSKS
    ),
    "Mutation.endSignIn": act(
        lambda stage: {"signInId": stage.id("SignIn", stage.gail)},
        ANYBODY,
        right=GONE,
        lacking=GONE,
        stranger=GONE,
        guardian=GONE,
        kiosk=NOT_YOU,
    ),
    "Mutation.endSignIns": act(lambda stage: {"personId": stage.id("StaffMember", stage.tom)}, OWNER, **OF_STUDENT),
    # None of them has a password.
    "Mutation.changePassword": act(
        lambda _: {"presentPassword": "unknown", "newPassword": "a long one"},
        ANYBODY,
        right="WrongPassword",
        lacking="WrongPassword",
        stranger="WrongPassword",
        guardian="WrongPassword",
        kiosk=NOT_YOU,
    ),
    "Mutation.requestPasswordReset": act(
        lambda _: {"email": "nobody"},
        ANYBODY,
        **dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "EmailNotValid"),
    ),
    "Query.secondFactor": query(
        "{ secondFactor { recoveryCodesLeft } }",
        nothing,
        ANYBODY,
        right="OK",
        lacking="OK",
        stranger="OK",
        **NOT_KIOSKS,
    ),
    "Mutation.updateSecuritySettings": act(lambda _: {"secondFactorRequired": False}, OWNER, **SETTING),
    "Mutation.updateOrganization": act(lambda _: {"currency": "EUR"}, OWNER, **SETTING),
    "Mutation.resetSecondFactor": act(
        lambda stage: {"personId": stage.id("StaffMember", stage.tom)}, OWNER, **OF_STUDENT
    ),
    "Mutation.renewRecoveryCodes": act(lambda _: {"code": "000000"}, ANYBODY, **NO_FACTOR),
    "Mutation.removeSecondFactor": act(lambda _: {"code": "000000"}, ANYBODY, **NO_FACTOR),
    "Mutation.startSecondFactor": act(lambda _: {"challenge": "unknown"}, ANYBODY, **BY_CHALLENGE),
    "Mutation.confirmSecondFactor": act(lambda _: {"challenge": "unknown", "code": "000000"}, ANYBODY, **BY_CHALLENGE),
    "Mutation.completeSignIn": act(lambda _: {"challenge": "unknown", "code": "000000"}, ANYBODY, **BY_CHALLENGE),
    # What lets in is the link.
    "Query.checkAccountLink": query(
        '{ checkAccountLink(purpose: INVITATION, token: "unknown") { linkReason } }',
        nothing,
        ANYBODY,
        **dict.fromkeys(("right", "lacking", "guardian", "kiosk", "stranger", "anonymous"), "OK"),
    ),
    "Mutation.acceptInvitation": act(lambda _: {"token": "unknown", "password": "a long one"}, ANYBODY, **BY_LINK),
    "Mutation.resetPassword": act(lambda _: {"token": "unknown", "password": "a long one"}, ANYBODY, **BY_LINK),
    "Mutation.signOut": act(
        lambda _: {"everywhere": False}, ANYBODY, right="OK", lacking="OK", stranger="OK", **NOT_KIOSKS
    ),
    "Mutation.submitAttendance": act(
        lambda stage: {"occurrenceId": stage.occurrence_id, "markRest": "PRESENT"}, FULL, **OF_STUDENT
    ),
    "Mutation.markAttendance": act(
        lambda stage: {"occurrenceId": stage.occurrence_id, "studentId": stage.student_id, "status": "TARDY"},
        FULL,
        **OF_STUDENT,
    ),
    "Mutation.createMakeupTokensForStudents": act(
        lambda stage: {"studentIds": [stage.student_id], "token": {}}, CREATE_TOKENS, **OF_STUDENT
    ),
    "Mutation.sendStatements": act(
        lambda _: {}, STATEMENTS, **CHANGES | {"right": "NobodyOwes", "stranger": "NobodyOwes"}
    ),
    "Mutation.markStaffAbsent": act(
        lambda stage: {"staffMemberId": stage.id("StaffMember", stage.tom), "from": "2026-12-14", "to": "2026-12-18"},
        MANAGE_STAFF,
        **OF_STUDENT,
    ),
    "Mutation.assignSubstitutes": act(
        lambda stage: {
            "staffAbsenceId": stage.id("StaffAbsence", stage.staff_absence),
            "assignments": [{"occurrenceId": stage.missed_id, "substituteId": None}],
        },
        MANAGE_STAFF,
        **OF_STUDENT,
    ),
    "Mutation.removeStaffAbsence": act(
        lambda stage: {"staffAbsenceId": stage.id("StaffAbsence", stage.staff_absence)}, MANAGE_STAFF, **OF_STUDENT
    ),
    "Query.staffAbsences": query(
        'query { staffAbsences(from: "2026-11-16", to: "2026-11-30") { nodes { id } } }',
        nothing,
        MANAGE_STAFF,
        right="OK",
        lacking=NOT_YOU,
        stranger="EMPTY",
        **STAFF_ALONE,
    ),
    "Mutation.checkIn": act(
        lambda stage: {"occurrenceId": stage.occurrence_id, "studentId": stage.student_id},
        FULL,
        **OF_STUDENT | {"kiosk": "OK"},
    ),
    "Mutation.recordQueued": act(
        lambda stage: {
            "acts": [
                {
                    "checkIn": {
                        "occurrenceId": stage.occurrence_id,
                        "studentId": stage.student_id,
                        "idempotencyKey": "queued",
                        "capturedAt": "2026-11-16T18:00:00Z",
                    }
                }
            ]
        },
        FULL,
        right="OK",
        lacking=DENIED,
        guardian=NOT_YOU,
        kiosk="OK",
        stranger="OK",  # The act alone is refused.
    ),
    "Mutation.clearMark": act(
        lambda stage: {"occurrenceId": stage.occurrence_id, "studentId": stage.student_id}, FULL, **OF_STUDENT
    ),
    "Mutation.undoKioskCheckIn": act(
        lambda stage: {"occurrenceId": stage.occurrence_id, "studentId": stage.student_id},
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        guardian=NOT_YOU,
        kiosk="CheckInNotUndoable",
    ),
    "Mutation.enrollStudent": act(
        lambda stage: {
            "studentId": stage.student_id,
            "offeringId": stage.id("Offering", stage.other.offering_id),
            "type": "ACTIVE",
            "startsOn": "2026-11-16",
        },
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.dropEnrollment": act(
        lambda stage: {"enrollmentId": stage.id("Enrollment", stage.enrollment), "dropOn": "2026-11-20"},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.transferEnrollment": act(
        lambda stage: {
            "enrollmentId": stage.id("Enrollment", stage.enrollment),
            "offeringId": stage.id("Offering", stage.other.offering_id),
            "startsOn": "2026-11-20",
        },
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.offerPlace": act(
        lambda stage: {"enrollmentId": stage.id("Enrollment", stage.wait), "until": "2026-11-20T12:00:00Z"},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.acceptPlace": act(
        lambda stage: {"enrollmentId": stage.id("Enrollment", stage.offered_wait)},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT | {"guardian": "OK"},
    ),
    "Mutation.declinePlace": act(
        lambda stage: {"enrollmentId": stage.id("Enrollment", stage.offered_wait)},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT | {"guardian": "OK"},
    ),
    "Mutation.withdrawPlace": act(
        lambda stage: {"enrollmentId": stage.id("Enrollment", stage.offered_wait)},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.addStudentNote": act(
        lambda stage: {"studentId": stage.student_id, "body": "Shy.", "level": "NORMAL"}, FULL, **OF_STUDENT
    ),
    "Mutation.closeStudentNote": act(lambda stage: {"noteId": stage.id("StudentNote", stage.note)}, FULL, **OF_STUDENT),
    "Mutation.registerFamily": act(
        lambda stage: {
            "familyId": stage.id("Family", stage.family_id),
            "students": [{"firstName": "Bea", "lastName": "Cook", "enrollments": []}],
            "guardians": [],
            "despiteDuplicates": False,
        },
        MANAGE_PEOPLE,
        **OF_STUDENT,
    ),
    "Mutation.createFamily": act(lambda _: {"name": "Cook"}, MANAGE_PEOPLE, **SETTING),
    "Mutation.updateFamily": act(
        lambda stage: {"familyId": stage.id("Family", stage.family_id), "name": "Cook"}, MANAGE_PEOPLE, **OF_STUDENT
    ),
    "Mutation.createGuardian": act(
        lambda stage: {
            "familyId": stage.id("Family", stage.family_id),
            "firstName": "Gil",
            "lastName": "Cook",
            "phones": [],
        },
        MANAGE_PEOPLE,
        **OF_STUDENT,
    ),
    "Mutation.updateGuardian": act(
        lambda stage: {"guardianId": stage.id("Guardian", stage.gail), "firstName": "Gil"}, MANAGE_PEOPLE, **OF_STUDENT
    ),
    "Mutation.endGuardian": act(
        lambda stage: {"guardianId": stage.id("Guardian", stage.gail)}, MANAGE_PEOPLE, **OF_STUDENT
    ),
    "Mutation.createStudent": act(
        lambda stage: {"familyId": stage.id("Family", stage.family_id), "firstName": "Bea", "lastName": "Cook"},
        MANAGE_PEOPLE,
        **OF_STUDENT,
    ),
    "Mutation.endFamily": act(
        lambda stage: {"familyId": stage.id("Family", stage.family_id), "endGuardians": False},
        MANAGE_ENROLLMENTS,
        **OF_STUDENT,
    ),
    "Mutation.endStudent": act(lambda stage: {"studentId": stage.student_id}, MANAGE_ENROLLMENTS, **OF_STUDENT),
    "Mutation.eraseFamily": act(
        lambda stage: {"familyId": stage.id("Family", stage.family_id), "seen": "not looked at"},
        OWNER,
        **(OF_STUDENT | {"right": "ErasurePreviewOutdated"}),
    ),
    "Mutation.updateStudent": act(
        lambda stage: {"studentId": stage.student_id, "rollSheetComment": "Left-handed."}, FULL, **OF_STUDENT
    ),
    "Mutation.updateClassSettings": act(lambda _: {"birthdayWindowDays": 5}, MANAGE_SETTINGS, **SETTING),
    "Mutation.updateStaffPortalSettings": act(lambda _: {"staffSeesBalances": True}, MANAGE_SETTINGS, **SETTING),
    "Mutation.updateKioskSettings": act(lambda _: {"kioskReadOnly": True}, MANAGE_SETTINGS, **SETTING),
    "Mutation.updateAbsenceSettings": act(lambda _: {"absenceNoticeMinutes": 60}, MANAGE_SETTINGS, **SETTING),
    "Mutation.updateMakeupTokenSettings": act(lambda _: {"tokenLimit": 3}, MANAGE_SETTINGS, **SETTING),
    "Mutation.launchKiosk": act(
        lambda stage: {"locationId": stage.id("Location", stage.world.location_id), "name": "Back door"},
        LAUNCH_KIOSK,
        **OF_STUDENT,
    ),
    "Mutation.revokeKiosk": act(lambda stage: {"kioskId": stage.kiosk_id}, LAUNCH_KIOSK, **OF_STUDENT),
    "Mutation.rotateCheckInCode": act(
        lambda stage: {"familyId": stage.id("Family", stage.family_id)},
        LAUNCH_KIOSK,
        **OF_STUDENT | {"guardian": "OK"},
    ),
    "Mutation.recordExpectedAbsence": act(
        lambda stage: {"studentId": stage.student_id, "startsOn": "2026-11-23"}, FULL, **OF_STUDENT
    ),
    "Mutation.requestExpectedAbsence": act(
        lambda stage: {"studentId": stage.student_id, "startsOn": "2026-11-23"},
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        **NOT_KIOSKS,
    ),
    "Mutation.approveExpectedAbsence": act(
        lambda stage: {"expectedAbsenceId": stage.id("ExpectedAbsence", stage.absence), "isExcused": False},
        FULL,
        **OF_STUDENT,
    ),
    "Mutation.denyExpectedAbsence": act(
        lambda stage: {"expectedAbsenceId": stage.id("ExpectedAbsence", stage.absence)}, FULL, **OF_STUDENT
    ),
    "Mutation.withdrawExpectedAbsence": act(
        lambda stage: {"expectedAbsenceId": stage.id("ExpectedAbsence", stage.absence)},
        FULL,
        **OF_STUDENT | {"guardian": "OK"},
    ),
    "Mutation.cancelOccurrences": act(
        lambda stage: {"occurrenceIds": [stage.occurrence_id], "notify": True}, CANCEL, **OF_STUDENT
    ),
    "Mutation.createCancellationTokens": act(
        lambda stage: {"occurrenceIds": [stage.cancelled_id], "createTokens": {}}, CANCEL, **OF_STUDENT
    ),
    "Mutation.restoreOccurrence": act(lambda stage: {"occurrenceId": stage.cancelled_id}, CANCEL, **OF_STUDENT),
    "Mutation.createMakeupTokens": act(
        lambda stage: {"studentId": stage.student_id, "tokens": [{"sendEmail": True}]}, CREATE_TOKENS, **OF_STUDENT
    ),
    "Mutation.editMakeupToken": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token), "comment": "x"}, CREATE_TOKENS, **OF_STUDENT
    ),
    "Mutation.deleteMakeupToken": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token)},
        frozenset({Permission.DELETE_MAKEUP_TOKENS}),
        **OF_STUDENT,
    ),
    # It is unused.
    "Mutation.resetMakeupToken": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token)},
        CREATE_TOKENS,
        **OF_STUDENT | {"right": "MakeupTokenNotChangeable"},
    ),
    "Mutation.redeemMakeupToken": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token), "occurrenceId": stage.makeup_id},
        frozenset({Permission.CREATE_MAKEUP_TOKENS}),
        **OF_STUDENT | {"guardian": "OK"},
    ),
    "Mutation.bookMakeup": act(
        lambda stage: {"studentId": stage.student_id, "occurrenceId": stage.makeup_id},
        frozenset({Permission.MAKEUPS_WITHOUT_TOKENS}),
        **OF_STUDENT,
    ),
    # Makeups are booked directly unless the setting says otherwise.
    "Mutation.requestMakeup": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token), "occurrenceId": stage.makeup_id},
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        **NOT_KIOSKS | {"guardian": "MakeupApprovalNotRequired"},
    ),
    # No makeup is booked with it.
    "Mutation.giveBackMakeup": act(
        lambda stage: {"tokenId": stage.id("MakeupToken", stage.token)},
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        **NOT_KIOSKS | {"guardian": "MakeupTokenNotChangeable"},
    ),
    "Mutation.approveMakeup": act(
        lambda stage: {"makeupRequestId": stage.id("MakeupRequest", stage.request)},
        frozenset({Permission.CREATE_MAKEUP_TOKENS}),
        **OF_STUDENT,
    ),
    "Mutation.denyMakeup": act(
        lambda stage: {"makeupRequestId": stage.id("MakeupRequest", stage.request)},
        frozenset({Permission.CREATE_MAKEUP_TOKENS}),
        **OF_STUDENT,
    ),
    "Mutation.withdrawMakeupRequest": act(
        lambda stage: {"makeupRequestId": stage.id("MakeupRequest", stage.request)},
        ANYBODY,
        right=NOT_YOU,
        lacking=NOT_YOU,
        stranger=NOT_YOU,
        **NOT_KIOSKS,
    ),
}

LATER = "2026-12-24"
# The inputs of the mutations on the catalogue, and what somebody who may change it is answered if that is not OK.
CATALOGUE: dict[str, tuple[Given, str]] = {
    "createLocation": (lambda _: {"name": "Annex", "timeZone": "America/Denver"}, "OK"),
    "updateLocation": (lambda stage: {"locationId": stage.id("Location", stage.world.location_id), "name": "A"}, "OK"),
    "endLocation": (lambda stage: {"locationId": stage.id("Location", stage.world.location_id)}, "StillUsed"),
    "createProgram": (lambda _: {"name": "Gym"}, "OK"),
    "updateProgram": (lambda stage: {"programId": stage.id("Program", stage.program), "name": "Dive"}, "OK"),
    "endProgram": (lambda stage: {"programId": stage.id("Program", stage.program)}, "OK"),
    "createSession": (lambda _: {"name": "Winter", "startsOn": LATER}, "OK"),
    "updateSession": (lambda stage: {"sessionId": stage.id("Session", stage.session), "endsOn": LATER}, "OK"),
    "endSession": (lambda stage: {"sessionId": stage.id("Session", stage.session)}, "OK"),
    "createBlackoutSchedule": (lambda _: {"name": "Pool"}, "OK"),
    "updateBlackoutSchedule": (
        lambda stage: {"blackoutScheduleId": stage.id("BlackoutSchedule", stage.closures), "name": "Pool"},
        "OK",
    ),
    "endBlackoutSchedule": (
        lambda stage: {"blackoutScheduleId": stage.id("BlackoutSchedule", stage.closures)},
        "OK",
    ),
    "createBlackoutDate": (
        lambda stage: {
            "blackoutScheduleId": stage.id("BlackoutSchedule", stage.closures),
            "startsOn": LATER,
            "endsOn": LATER,
            "scope": "BOTH",
        },
        "OK",
    ),
    "updateBlackoutDate": (
        lambda stage: {"blackoutDateId": stage.id("BlackoutDate", stage.closure), "label": "Snow"},
        "OK",
    ),
    "createOffering": (
        lambda stage: {
            "kind": "CLASS",
            "name": "Dive",
            "locationId": stage.id("Location", stage.world.location_id),
            "timeslots": [{"weekday": 2, "startTime": "16:00", "durationMinutes": 45}],
        },
        "OK",
    ),
    "updateOffering": (
        lambda stage: {"offeringId": stage.id("Offering", stage.lesson.offering_id), "name": "Dive"},
        "OK",
    ),
    "endOffering": (lambda stage: {"offeringId": stage.id("Offering", stage.other.offering_id)}, "OK"),
    "createTimeslot": (
        lambda stage: {
            "offeringId": stage.id("Offering", stage.lesson.offering_id),
            "timeslot": {"weekday": 2, "startTime": "16:00", "durationMinutes": 45},
        },
        "OK",
    ),
    "updateTimeslot": (
        lambda stage: {"timeslotId": stage.id("Timeslot", stage.lesson.timeslot_id), "room": "Lane 1"},
        "OK",
    ),
    "endTimeslot": (lambda stage: {"timeslotId": stage.id("Timeslot", stage.other.timeslot_id)}, "OK"),
    "carryOver": (
        lambda stage: {
            "fromSessionId": stage.id("Session", stage.session),
            "toSessionId": stage.id("Session", stage.next_session),
        },
        "NotPossible",
    ),
    "endBlackoutDate": (lambda stage: {"blackoutDateId": stage.id("BlackoutDate", stage.closure)}, "OK"),
}
for _name, (_given, _right) in CATALOGUE.items():
    _stranger = (
        "OK" if _name in {"createLocation", "createProgram", "createSession", "createBlackoutSchedule"} else GONE
    )
    TABLE[f"Mutation.{_name}"] = act(_given, MANAGE_CATALOGUE, **(CHANGES | {"right": _right, "stranger": _stranger}))


def _previewed(name: str, given: Given, right: str) -> Row:
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = f"query($input: {kind}!) {{ {name}Preview(input: $input) {{ __typename }} }}"
    outcomes = {"right": right, "lacking": NOT_YOU, "stranger": GONE, **STAFF_ALONE}
    return query(document, lambda stage: {"input": given(stage)}, MANAGE_CATALOGUE, **outcomes)


for _name in (
    "updateLocation",
    "updateProgram",
    "updateSession",
    "endSession",
    "createBlackoutDate",
    "updateBlackoutDate",
    "endBlackoutDate",
    "createOffering",
    "updateOffering",
    "endOffering",
    "createTimeslot",
    "updateTimeslot",
    "endTimeslot",
):
    TABLE[f"Query.{_name}Preview"] = _previewed(_name, *CATALOGUE[_name])
TABLE["Mutation.writeReport"] = act(
    lambda stage: {"file": "ABSENCES", "filter": {"from": "2026-11-01", "to": "2026-11-30"}},
    frozenset({Permission.SEE_REPORTS}),
    **(CHANGES | {"stranger": "OK"}),
)
TABLE["Query.carryOverPreview"] = query(
    """query($input: CarryOverInput!) { carryOverPreview(input: $input) { __typename } }""",
    lambda stage: {
        "input": {
            "fromSessionId": stage.id("Session", stage.session),
            "toSessionId": stage.id("Session", stage.next_session),
        }
    },
    MANAGE_CATALOGUE,
    right="NotPossible",
    lacking=NOT_YOU,
    stranger=GONE,
    **STAFF_ALONE,
)
TABLE["Query.absenceReport"] = query(
    """{ absenceReport(filter: {from: "2026-11-01", to: "2026-11-30"}) { nodes { studentName token { state } } } }""",
    nothing,
    frozenset({Permission.SEE_REPORTS}),
    right="EMPTY",
    lacking=NOT_YOU,
    stranger="EMPTY",
    **STAFF_ALONE,
)
TABLE["Query.tokenReport"] = query(
    """{ tokenReport(filter: {from: "2026-11-01", to: "2026-11-30"}, groupBy: STUDENT) { totals { issued } } }""",
    nothing,
    frozenset({Permission.SEE_REPORTS}),
    right="OK",
    lacking=NOT_YOU,
    stranger="OK",
    **STAFF_ALONE,
)
TABLE["Query.capacityReport"] = query(
    """{ capacityReport(filter: {date: "2026-11-16"}) { nodes { name free } } }""",
    nothing,
    frozenset({Permission.SEE_REPORTS}),
    right="OK",
    lacking=NOT_YOU,
    stranger="EMPTY",
    **STAFF_ALONE,
)
TABLE["Query.attendanceReport"] = query(
    """{ attendanceReport(filter: {from: "2026-11-01", to: "2026-11-30"}, groupBy: WEEK) {
      rows { nodes { name } } } }""",
    nothing,
    frozenset({Permission.SEE_REPORTS}),
    right="OK",
    lacking=NOT_YOU,
    stranger="OK",
    **STAFF_ALONE,
)
TABLE["Query.sessions"] = query(
    "{ sessions { nodes { id } } }", nothing, ANYBODY, right="OK", lacking="OK", stranger="EMPTY", **NOT_KIOSKS
)
TABLE["Query.blackoutSchedules"] = query(
    "{ blackoutSchedules { id } }", nothing, ANYBODY, right="OK", lacking="OK", stranger="EMPTY", **STAFF_ALONE
)
TABLE["Query.blackoutDates"] = query(
    "{ blackoutDates { nodes { id } } }", nothing, ANYBODY, right="OK", lacking="OK", stranger="EMPTY", **STAFF_ALONE
)


def root_fields() -> Iterator[str]:
    """Of subscriptions see test_visibility."""
    for root in (SCHEMA._schema.query_type, SCHEMA._schema.mutation_type):
        assert isinstance(root, GraphQLObjectType)
        yield from (f"{root.name}.{name}" for name in root.fields)


def test_every_root_field_has_its_row() -> None:
    assert set(root_fields()) == set(TABLE)


@pytest.fixture(scope="module")
async def shared(servers: Servers, template_database: str) -> AsyncIterator[SharedStage]:
    """In one database for all rows."""
    async with scratch_database(servers.database_url, template_database) as url, shared_stage(url) as shared:
        yield shared


@pytest.mark.parametrize("name", sorted(TABLE))
async def test_R11_who_may_use_it(name: str, shared: SharedStage) -> None:
    row = TABLE[name]
    async with shared.used(changing=_is_changed(name, row.guardian, row.kiosk)) as stage:
        stranger = await shared.stranger(changing=_is_changed(name, row.stranger))
        outsiders = {"anonymous": (stage.api, row.anonymous), "stranger": (stranger, row.stranger)}
        for portal in STAFF_PORTALS:
            outsiders[f"lacking, {portal}"] = (await shared.staff(_all_but(row.needs), portal), row.lacking)
        insiders = {"guardian": (await shared.guardian(), row.guardian), "kiosk": (stage.kiosk, row.kiosk)}
        before = await fingerprint(stage.world)
        # One fingerprint after all of them, unless somebody may change something: then one before that.
        turns = (outsiders, insiders) if _is_changed(name, row.guardian, row.kiosk) else (outsiders | insiders,)
        for callers in turns:
            answers = {who: await _ask(caller, name, stage) for who, (caller, _) in callers.items()}
            expected = {who: each for who, (_, each) in callers.items()}
            assert answers == expected
            may_change = _is_changed(name, *(each for who, each in expected.items() if who != "stranger"))
            assert may_change or await fingerprint(stage.world) == before


@pytest.mark.parametrize("portal", STAFF_PORTALS)
@pytest.mark.parametrize("name", sorted(TABLE))
async def test_R11_staff_with_what_it_needs(name: str, portal: Portal, shared: SharedStage) -> None:
    row = TABLE[name]
    async with shared.used(changing=_is_changed(name, row.right)) as stage:
        caller = await shared.staff(row.needs | VIEW | SEE_ALL, portal)
        assert await _ask(caller, name, stage) == row.right


def _is_changed(name: str, *answers: str) -> bool:
    """Whether one of the answers is the success of a mutation."""
    return name.startswith("Mutation.") and "OK" in answers


def _all_but(needs: frozenset[Permission]) -> frozenset[Permission]:
    """Everything that does not let in: FULL includes VIEW, an owner holds all."""
    including = FULL if needs == VIEW else frozenset()
    return frozenset(Permission) - needs - including - {Permission.OWNER}


async def _ask(caller: Api, name: str, stage: Stage) -> str:
    row, field = TABLE[name], name.partition(".")[2]
    document = row.document or mutation(field)
    return await outcome(caller, field, document, row.given(stage))


def test_the_table_asks_for_what_counts() -> None:
    for name, row in TABLE.items():
        assert not row.needs or all(row.needs & counting(portal) for portal in STAFF_PORTALS), name
