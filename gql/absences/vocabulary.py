"""The vocabularies of expected absences as enumerations of the schema."""

from attendance.rules.vocabulary import ExpectedAbsenceNotPossibleReason, ExpectedAbsenceState
from gql.fields.described import described

described(
    ExpectedAbsenceState,
    "What became of an expected absence. Only an approved one shows on roll sheets, excuses, and frees a place.",
    {
        ExpectedAbsenceState.REQUESTED: "A guardian asked, and nobody has decided yet.",
        ExpectedAbsenceState.APPROVED: "Staff told or approved it, or the organization's setting did.",
        ExpectedAbsenceState.DENIED: "Staff turned it down.",
        ExpectedAbsenceState.WITHDRAWN: "It was taken back.",
    },
)

described(
    ExpectedAbsenceNotPossibleReason,
    "Why an absence cannot be told, or not be taken back.",
    {
        ExpectedAbsenceNotPossibleReason.IN_THE_PAST: "Its date is over everywhere that the student has classes.",
        ExpectedAbsenceNotPossibleReason.TOO_MANY_DAYS: "It is longer than `mostDays`.",
        ExpectedAbsenceNotPossibleReason.TOO_FAR_AHEAD: "It ends after `latestOn`.",
        ExpectedAbsenceNotPossibleReason.TOO_MANY: "The student has `most` absences already that are not over.",
    },
)
