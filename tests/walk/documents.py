"""What the walk asks of the API."""

from collections.abc import Sequence

ENTRY = """
id student { firstName } isSubdued
enrollment { id type startsOn dropOn endCause isDeleted timeslot { id } }
mark { status note isDefaulted source revision markedAt needsReview markedBy { __typename } }
indicators { kind detail }
"""
WATCH = f"""subscription($id: ID!, $after: Int) {{ rollSheetChanged(occurrenceId: $id, afterRevision: $after) {{
  revision kind removedEntryIds entries {{ {ENTRY} }} occurrence {{ id revision attendanceState }}
}} }}"""
TALLY = "present tardy leftEarly tardyAndLeftEarly absent excusedAbsence unmarked total"
SHEET = f"""fragment Sheet on Occurrence {{
  id revision startsAt endsAt attendanceState tally {{ {TALLY} }} tokenRuns {{ phase dueAt state }}
  roster {{ {ENTRY} attendanceRate }}
}}"""
TOKENS = "fragment Tokens on Student { makeupTokens { nodes { id state origin missedOccurrence { id } expiresOn } } }"
_ANSWER = "__typename ... on UserError { message }"
ACTS = {
    act: f"mutation($input: {act[0].upper()}{act[1:]}Input!) {{ {act}(input: $input) {{ {_ANSWER} {more} }} }}"
    for act, more in {
        "submitAttendance": "",
        "markAttendance": "",
        "checkIn": "",
        "clearMark": "",
        "enrollStudent": "... on EnrollStudentSuccess { enrollment { id } }",
        "dropEnrollment": "... on DropEnrollmentSuccess { enrollment { isDeleted } }",
        "transferEnrollment": "... on TransferEnrollmentSuccess { enrollment { id } }",
        "launchKiosk": "... on LaunchKioskSuccess { deviceToken }",
        "recordExpectedAbsence": "... on RecordExpectedAbsenceSuccess { expectedAbsence { id } }",
        "withdrawExpectedAbsence": "",
        "updateStudent": "",
        "addStudentNote": "",
        "updateClassSettings": "",
        "updateStaffPortalSettings": "",
        "updateKioskSettings": "",
        "updateMakeupTokenSettings": "",
        "createMakeupTokens": "... on CreateMakeupTokensSuccess { makeupTokens { id } }",
        "editMakeupToken": "",
        "deleteMakeupToken": "",
        "resetMakeupToken": "",
    }.items()
}


def everything(sheets: Sequence[str], students: Sequence[str]) -> str:
    """One query for all roll sheets and all students' tokens; each has its name as alias and as variable."""
    parts = [f"{name}: occurrence(id: ${name}) {{ ...Sheet }}" for name in sheets]
    parts += [f"{name}: student(id: ${name}) {{ ...Tokens }}" for name in students]
    given = ", ".join(f"${name}: ID!" for name in (*sheets, *students))
    return f"query({given}) {{ {' '.join(parts)} }} {SHEET} {TOKENS}"
