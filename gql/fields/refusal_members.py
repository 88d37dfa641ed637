"""From the refusals of the business to members of a mutation's union: the one place where they meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strawberry.types import Info
from strawberry.types.field import StrawberryField

from attendance.rules import refusals
from attendance.rules.absences import substitutes
from attendance.rules.cancelling import cancellation_refusals
from attendance.rules.makeups import makeup_refusals
from attendance.rules.tasks import statements, task_refusals
from attendance.rules.tokens import token_refusals, tokens_for_many
from gql.absences.expected_absence_refusals import (
    AbsenceRequestsOff,
    EnrollmentsNotOfStudent,
    ExpectedAbsenceNotPossible,
    ExpectedAbsenceSettled,
)
from gql.absences.staff_absence import (
    NoSubstituteNeeded,
    NothingToSubstitute,
    StaffAbsenceNotPossible,
    SubstituteNotPossible,
)
from gql.cancelling.cancellation import NothingToCancel, OccurrenceNotCancelled
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.fields.user_errors import PermissionDenied, UserError
from gql.kiosk.kiosk import KioskReadOnly, OutsideCheckInWindow
from gql.makeups.makeup_refusals import (
    MakeupApprovalNotRequired,
    MakeupApprovalRequired,
    MakeupAtOtherLocation,
    MakeupBegun,
    MakeupBeyondHorizon,
    MakeupInOtherProgram,
    MakeupNotAClass,
    MakeupNotHeld,
    MakeupProgramDeleted,
    MakeupRequestSettled,
    MakeupTokenExpired,
    MakeupTokenNotUsable,
    MakeupTokenNotYetIssued,
    MakeupTooLate,
    StudentAgeUnknown,
    StudentGenderNotAdmitted,
    StudentTooOld,
    StudentTooYoung,
)
from gql.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    CheckInModeOff,
    StudentNotOnRoster,
)
from gql.organization.session import NoSession, OrganizationChoiceRequired, SignInRefused
from gql.organization.settings_refusals import EarningTypesNotAllowed, SettingOutOfRange
from gql.people.students_refusals import NoStudents, TooManyStudents
from gql.tasks.statement_refusals import NobodyOwes, TooManyFamilies
from gql.tasks.task_refusals import BackgroundTaskEnded, BackgroundTaskNotEnded
from gql.tokens.token_refusals import MakeupTokenDatesNotPossible, MakeupTokenNotChangeable


@dataclass(frozen=True, slots=True)
class Told:
    """Wherever a mutation's union has `error_type`, the refusal becomes it; elsewhere it would be a fault of ours."""

    exception_type: type[refusals.Refusal]
    error_type: type[UserError]
    tell: Callable[[Any], UserError]

    def handle(self, exception: refusals.Refusal, *, field: StrawberryField, info: Info) -> UserError:
        return self.tell(exception)


REFUSALS = (
    Told(
        refusals.PermissionDenied,
        PermissionDenied,
        lambda it: PermissionDenied(message=it.message, permission=it.permission),
    ),
    Told(refusals.AttendanceNotRecordable, AttendanceNotRecordable, AttendanceNotRecordable.of),
    Told(refusals.CheckInModeOff, CheckInModeOff, CheckInModeOff.of),
    Told(refusals.KioskReadOnly, KioskReadOnly, KioskReadOnly.of),
    Told(refusals.OutsideCheckInWindow, OutsideCheckInWindow, OutsideCheckInWindow.of),
    Told(refusals.AttendanceConflict, AttendanceConflict, AttendanceConflict.of),
    Told(refusals.StudentNotOnRoster, StudentNotOnRoster, StudentNotOnRoster.of),
    Told(refusals.SettingOutOfRange, SettingOutOfRange, SettingOutOfRange.of),
    Told(refusals.EarningTypesNotAllowed, EarningTypesNotAllowed, EarningTypesNotAllowed.of),
    Told(refusals.OfferingFull, OfferingFull, OfferingFull.of),
    Told(refusals.AlreadyEnrolled, AlreadyEnrolled, AlreadyEnrolled.of),
    Told(refusals.OfferingDoesNotMeet, OfferingDoesNotMeet, OfferingDoesNotMeet.of),
    Told(refusals.EnrollmentEnded, EnrollmentEnded, EnrollmentEnded.of),
    Told(refusals.EnrollmentTypeNotAllowed, EnrollmentTypeNotAllowed, EnrollmentTypeNotAllowed.of),
    Told(makeup_refusals.MakeupApprovalRequired, MakeupApprovalRequired, MakeupApprovalRequired.of),
    Told(makeup_refusals.MakeupApprovalNotRequired, MakeupApprovalNotRequired, MakeupApprovalNotRequired.of),
    Told(makeup_refusals.MakeupRequestSettled, MakeupRequestSettled, MakeupRequestSettled.of),
    Told(makeup_refusals.MakeupTokenNotUsable, MakeupTokenNotUsable, MakeupTokenNotUsable.of),
    Told(makeup_refusals.MakeupTokenNotYetIssued, MakeupTokenNotYetIssued, MakeupTokenNotYetIssued.of),
    Told(makeup_refusals.MakeupTokenExpired, MakeupTokenExpired, MakeupTokenExpired.of),
    Told(makeup_refusals.MakeupAtOtherLocation, MakeupAtOtherLocation, MakeupAtOtherLocation.of),
    Told(makeup_refusals.MakeupProgramDeleted, MakeupProgramDeleted, MakeupProgramDeleted.of),
    Told(makeup_refusals.MakeupInOtherProgram, MakeupInOtherProgram, MakeupInOtherProgram.of),
    Told(makeup_refusals.MakeupNotAClass, MakeupNotAClass, MakeupNotAClass.of),
    Told(makeup_refusals.MakeupNotHeld, MakeupNotHeld, MakeupNotHeld.of),
    Told(makeup_refusals.MakeupBegun, MakeupBegun, MakeupBegun.of),
    Told(makeup_refusals.MakeupTooLate, MakeupTooLate, MakeupTooLate.of),
    Told(makeup_refusals.MakeupBeyondHorizon, MakeupBeyondHorizon, MakeupBeyondHorizon.of),
    Told(makeup_refusals.StudentTooYoung, StudentTooYoung, StudentTooYoung.of),
    Told(makeup_refusals.StudentTooOld, StudentTooOld, StudentTooOld.of),
    Told(makeup_refusals.StudentAgeUnknown, StudentAgeUnknown, StudentAgeUnknown.of),
    Told(makeup_refusals.StudentGenderNotAdmitted, StudentGenderNotAdmitted, StudentGenderNotAdmitted.of),
    Told(refusals.AbsenceRequestsOff, AbsenceRequestsOff, AbsenceRequestsOff.of),
    Told(refusals.EnrollmentsNotOfStudent, EnrollmentsNotOfStudent, EnrollmentsNotOfStudent.of),
    Told(refusals.ExpectedAbsenceNotPossible, ExpectedAbsenceNotPossible, ExpectedAbsenceNotPossible.of),
    Told(refusals.ExpectedAbsenceSettled, ExpectedAbsenceSettled, ExpectedAbsenceSettled.of),
    Told(cancellation_refusals.NothingToCancel, NothingToCancel, NothingToCancel.of),
    Told(cancellation_refusals.OccurrenceNotCancelled, OccurrenceNotCancelled, OccurrenceNotCancelled.of),
    Told(task_refusals.BackgroundTaskEnded, BackgroundTaskEnded, BackgroundTaskEnded.of),
    Told(task_refusals.BackgroundTaskNotEnded, BackgroundTaskNotEnded, BackgroundTaskNotEnded.of),
    Told(tokens_for_many.NoStudents, NoStudents, NoStudents.of),
    Told(tokens_for_many.TooManyStudents, TooManyStudents, TooManyStudents.of),
    Told(statements.NobodyOwes, NobodyOwes, NobodyOwes.of),
    Told(statements.TooManyFamilies, TooManyFamilies, TooManyFamilies.of),
    Told(substitutes.StaffAbsenceNotPossible, StaffAbsenceNotPossible, StaffAbsenceNotPossible.of),
    Told(substitutes.NoSubstituteNeeded, NoSubstituteNeeded, NoSubstituteNeeded.of),
    Told(substitutes.SubstituteNotPossible, SubstituteNotPossible, SubstituteNotPossible.of),
    Told(substitutes.NothingToSubstitute, NothingToSubstitute, NothingToSubstitute.of),
    Told(refusals.SignInRefused, SignInRefused, SignInRefused.of),
    Told(refusals.NoSession, NoSession, NoSession.of),
    Told(refusals.OrganizationChoiceRequired, OrganizationChoiceRequired, OrganizationChoiceRequired.of),
    Told(token_refusals.MakeupTokenDatesNotPossible, MakeupTokenDatesNotPossible, MakeupTokenDatesNotPossible.of),
    Told(token_refusals.MakeupTokenNotChangeable, MakeupTokenNotChangeable, MakeupTokenNotChangeable.of),
)
