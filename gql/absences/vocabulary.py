"""The enumerations about absences in the schema, with a description of each value."""

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
    "Why a staff member cannot be marked absent on these dates, or why a staff absence cannot be removed.",
    {
        StaffAbsenceNotPossibleReason.RANGE_TOO_LONG: "The absence has too many days.",
        StaffAbsenceNotPossibleReason.OVER: "The absence is over at all locations. Past occurrences keep the people "
        "who taught them.",
        StaffAbsenceNotPossibleReason.OVERLAPS: "The staff member is already marked absent on some of the dates.",
    },
)
described(
    SubstituteNotPossibleReason,
    "Why an occurrence cannot get a substitute, or why it cannot get this one.",
    {
        SubstituteNotPossibleReason.NOT_OF_ABSENCE: "The absent person does not teach the occurrence, or the absence "
        "does not cover its date.",
        SubstituteNotPossibleReason.NOT_HELD: "The occurrence does not take place: it is cancelled, closed or not "
        "scheduled.",
        SubstituteNotPossibleReason.OVER: "The occurrence's date is over at its location.",
        SubstituteNotPossibleReason.IS_ABSENT_PERSON: "The substitute is the absent person.",
        SubstituteNotPossibleReason.IS_AWAY: "The substitute is also marked absent on that date.",
        SubstituteNotPossibleReason.HAS_LEFT: "The substitute's access is planned to end by that date.",
        SubstituteNotPossibleReason.TEACHES_IT: "The substitute already teaches the offering.",
        SubstituteNotPossibleReason.TEACHES_THEN: "The substitute teaches something else at that time, or substitutes "
        "for somebody else. Pass `allowSameTime` to permit it.",
    },
)
described(
    ExpectedAbsenceState,
    "The state of an expected absence. Only an APPROVED one is shown on roll sheets, can excuse the absence, and "
    "frees a place.",
    {
        ExpectedAbsenceState.REQUESTED: "A guardian has requested it, and nobody has decided yet.",
        ExpectedAbsenceState.APPROVED: "Staff recorded or approved it, or the organization's setting approved it.",
        ExpectedAbsenceState.DENIED: "Staff denied it.",
        ExpectedAbsenceState.WITHDRAWN: "It was withdrawn.",
    },
)
described(
    ExpectedAbsenceNotPossibleReason,
    "Why an expected absence cannot be recorded or withdrawn.",
    {
        ExpectedAbsenceNotPossibleReason.IN_THE_PAST: "The date is over at every location where the student has "
        "classes.",
        ExpectedAbsenceNotPossibleReason.TOO_MANY_DAYS: "The absence has more than `mostDays` days.",
        ExpectedAbsenceNotPossibleReason.TOO_FAR_AHEAD: "The absence ends after `latestOn`.",
        ExpectedAbsenceNotPossibleReason.TOO_MANY: "The student already has `most` expected absences that are not "
        "over.",
    },
)
