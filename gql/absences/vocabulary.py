"""The enumerations of absences as the schema has them, each value described."""

from attendance.rules.vocabulary import (
    ExpectedAbsenceNotPossibleReason,
    ExpectedAbsenceState,
    StaffAbsenceNotPossibleReason,
    SubstituteNotPossibleReason,
)
from gql.fields.described import described

__all__ = [
    "ExpectedAbsenceNotPossibleReason",
    "ExpectedAbsenceState",
    "StaffAbsenceNotPossibleReason",
    "SubstituteNotPossibleReason",
]

described(
    StaffAbsenceNotPossibleReason,
    "Why a staff member cannot be marked absent so, or an absence cannot be taken back.",
    {
        StaffAbsenceNotPossibleReason.RANGE_TOO_LONG: "It has too many days.",
        StaffAbsenceNotPossibleReason.OVER: "It is over at all locations; who taught what was, stays.",
        StaffAbsenceNotPossibleReason.OVERLAPS: "The staff member is marked absent on some of the dates already.",
    },
)
described(
    SubstituteNotPossibleReason,
    "Why an occurrence gets no substitute, or not this one.",
    {
        SubstituteNotPossibleReason.NOT_OF_ABSENCE: "The absent person does not teach the occurrence, or is there "
        "on its date.",
        SubstituteNotPossibleReason.NOT_HELD: "The occurrence does not take place: cancelled, closed or not scheduled.",
        SubstituteNotPossibleReason.OVER: "The occurrence's local date is over.",
        SubstituteNotPossibleReason.IS_ABSENT_PERSON: "It is the absent person.",
        SubstituteNotPossibleReason.IS_AWAY: "The substitute is marked absent on that date, too.",
        SubstituteNotPossibleReason.TEACHES_IT: "The substitute teaches the offering anyway.",
        SubstituteNotPossibleReason.TEACHES_THEN: "The substitute teaches something else at that time, or stands in "
        "for somebody else; `allowSameTime` lets it pass.",
    },
)
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
