"""Lists that grow have pages. Each list without pages is named here with what bounds it."""

from collections.abc import Iterator

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType

from tests.support.api import SCHEMA

# What bounds lists, and the lists that it bounds.
BOUNDED = {
    "one occurrence's rows: the students of one class on one date": """
        AttendanceConflict.conflicts CheckInEvent.entries Occurrence.roster RollSheetChanged.entries
        RollSheetChanged.removedEntryIds StudentNotOnRoster.studentIds
        QueuedActRecorded.changedEntries QueuedActRecorded.issuedTokens QueuedActRecorded.revokedTokens
        CheckInSuccess.changedEntries CheckInSuccess.issuedTokens CheckInSuccess.revokedTokens
        ClearMarkSuccess.changedEntries ClearMarkSuccess.issuedTokens ClearMarkSuccess.revokedTokens
        MarkAttendanceSuccess.changedEntries MarkAttendanceSuccess.issuedTokens MarkAttendanceSuccess.revokedTokens
        SubmitAttendanceSuccess.changedEntries SubmitAttendanceSuccess.issuedTokens
        SubmitAttendanceSuccess.revokedTokens RestoreOccurrenceSuccess.revokedTokens
        RestoreOccurrenceSuccess.usedTokens RestoreOccurrenceSuccess.returnedTokens
        RestoreOccurrenceSuccess.makeupsGivenBack""",
    "one occurrence: its few teachers, and its two runs": "Occurrence.instructors Occurrence.tokenRuns",
    "what hangs on one person: a few kinds of rows, and one student's life here": """
        MergePreview.counts MergePreview.sharedMarks MergePreview.usedTokenIds PeopleMerge.counts""",
    "the values of an enumeration": """
        EarningTypesNotAllowed.types EarningTypesNotAllowed.allowed MakeupTokenSettings.earningTypes
        RosterEntry.indicators StaffViewer.permissions
        StaffAccount.permissions StaffAccount.heldPermissions PermissionGroup.permissions
        StudentChanged.kinds EligibleMakeup.reasons""",
    "the settings of one section": """
        SettingsChange.settings UpdateAbsenceSettingsSuccess.changed UpdateClassSettingsSuccess.changed
        UpdateKioskSettingsSuccess.changed UpdateMakeupTokenSettingsSuccess.changed
        UpdateSecuritySettingsSuccess.changed UpdateStaffPortalSettingsSuccess.changed""",
    "a limit that the description names; the count is told beside it, or a connection has all": """
        BackgroundTasksEvent.backgroundTasks BackgroundTasksEvent.deletedIds CancelOccurrencesSuccess.notCancellable
        CancellationPreview.occurrences CancellationPreview.notCancellable CancellationPreview.leftOut
        CancellationPreview.returnedTokens CancellationPreview.overLimit CancellationPreview.withoutAddress
        CancellationTokensPreview.occurrences CancellationTokensPreview.leftOut
        CancellationTokensPreview.withoutAddress MakeupTokensPreview.unreached NothingToCancel.notCancellable
        PossibleDuplicates.duplicates Query.daySheets
        CatalogueEffect.occurrences CatalogueEffect.enrollmentIds CatalogueEffect.endedEnrollmentIds
        CatalogueEffect.makeupIds CatalogueEffect.makeupTokenIds
        ExpectedAbsence.occurrences Student.notes MakeupTokenGroups.usableHere MakeupTokenGroups.usableElsewhere
        MakeupTokenGroups.requested MakeupTokenGroups.pending MakeupTokenGroups.spent MakeupTokenGroups.expired""",
    "its argument, of which at most 100 are taken": "Occurrence.changes Query.nodes Student.nextOccurrences",
    "the input, whose lists are limited": """
        AssignSubstitutesSuccess.unreachedOccurrenceIds CreateMakeupTokensSuccess.makeupTokens
        EnrollmentsNotOfStudent.enrollmentIds ExpectedAbsence.enrollments
        MarksNotChosen.occurrenceIds MergedTokenInUse.makeupTokenIds
        RecordQueuedSuccess.results
        RegisterFamilySuccess.guardians RegisterFamilySuccess.students RegisterFamilySuccess.enrollments""",
    "one family: its children and their telephones": """
        LeavingEffect.enrollmentIds EraseFamilyPreview.students Family.guardians Family.phones Family.students
        Guardian.phones
        GuardianViewer.students KioskFamily.students""",
    "the weekdays and times at which one class met in a year": "ReportClass.meetings",
    "the classes that one person taught in a year, and where": """
        ReportInstructor.classNames ReportInstructor.locationNames""",
    "one student's day": "KioskStudent.occurrences Student.today StudentChanged.today StudentChanged.marks",
    "one student's life here: some enrollments a year, at most 200": "Student.enrollments",
    "one student's wait for one class: some offers": "Enrollment.placeOffers",
    "one student's life here: some tokens a year": "StudentChanged.tokens",
    "the life of one token or of one absence: some entries": """
        MakeupToken.ledger MakeupTokenDecision.facts MakeupTokenDecision.entries MakeupTokenEntry.facts""",
    "the changes of one mark, at most 100": "RosterEntry.history",
    "the sites and programs of one business, which are founded one by one": """
        Query.locations Query.programs Query.blackoutSchedules BlackoutSchedule.programIds""",
    "the students of one class": "CarriedClass.enrolledStudentIds CarriedClass.studentsLeftBehind",
    "one offering's week, its few sessions and teachers": """
        Offering.timeslots Offering.sessions Offering.instructors""",
    "the ends of the sessions of one token's students": "MakeupTokensPreview.expirations",
    "the permission groups of one business, which are made one by one": "Query.permissionGroups",
    "ten codes": "ConfirmSecondFactorSuccess.recoveryCodes RenewRecoveryCodesSuccess.recoveryCodes",
    "the permission groups of one person, at most 50": "StaffAccount.groups",
    "the organizations of one person": "OrganizationChoiceRequired.organizations",
}


def lists() -> Iterator[str]:
    """Every list that an object of the schema gives, apart from the pages of connections."""
    for name, type_ in SCHEMA._schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or name.startswith("__") or name.endswith("Connection"):
            continue
        for field_name, field in type_.fields.items():
            of_type = field.type
            while isinstance(of_type, GraphQLNonNull):
                of_type = of_type.of_type
            if isinstance(of_type, GraphQLList):
                yield f"{name}.{field_name}"


def test_every_list_has_pages_or_something_that_bounds_it() -> None:
    named = [each for fields in BOUNDED.values() for each in fields.split()]
    assert len(named) == len(set(named))
    unbounded = set(lists()) - set(named)
    assert not unbounded, "Give these lists pages (gql/fields/pagination.py), or name what bounds them."
    assert not set(named) - set(lists()), "These lists do not exist any more."
