"""All tables, by aggregate. Elsewhere a table is called `models.Mark`; `models.metadata` contains all of them."""

from db.models.accounts import AccountLink
from db.models.attendance import Change, ChangedEntry, IdempotencyKey, Mark, Occurrence
from db.models.enrollments import (
    Enrollment,
    ExpectedAbsence,
    ExpectedAbsenceEnrollment,
    ImportedEnrollment,
    PlaceOffer,
)
from db.models.feed import Feed, FeedItem, FeedPosition
from db.models.history import FormerInstructor, FormerOffering, FormerSchedule, FormerTimeslot
from db.models.imports import ImportedRow
from db.models.makeup_tokens import MakeupRequest, MakeupToken, MakeupTokenEntry, TokenRun
from db.models.offerings import (
    CarriedEnrollment,
    CarriedOffering,
    Offering,
    OfferingInstructor,
    OfferingSession,
    StaffAbsence,
    Substitution,
    Timeslot,
)
from db.models.organization import (
    AccessEpoch,
    BlackoutDate,
    BlackoutSchedule,
    Location,
    Organization,
    Program,
    Session,
    Settings,
    SettingsChange,
)
from db.models.people import (
    Family,
    GroupMember,
    GuardianPhone,
    ImportedFamily,
    Kiosk,
    PeopleMerge,
    PermissionGroup,
    Person,
    SignIn,
    Student,
    StudentNote,
)
from db.models.second_factors import RecoveryCode, SecondFactor
from db.models.security import MedicalRead, SecurityEvent
from db.models.table import Table
from db.models.tasks import (
    BackgroundTask,
    BackgroundTaskException,
    BackgroundTaskItem,
    BackgroundTaskLease,
    Email,
    ReportPart,
)

metadata = Table.metadata

__all__ = [
    "AccessEpoch",
    "AccountLink",
    "BackgroundTask",
    "BackgroundTaskException",
    "BackgroundTaskItem",
    "BackgroundTaskLease",
    "BlackoutDate",
    "BlackoutSchedule",
    "CarriedEnrollment",
    "CarriedOffering",
    "Change",
    "ChangedEntry",
    "Email",
    "Enrollment",
    "ExpectedAbsence",
    "ExpectedAbsenceEnrollment",
    "Family",
    "Feed",
    "FeedItem",
    "FeedPosition",
    "FormerInstructor",
    "FormerOffering",
    "FormerSchedule",
    "FormerTimeslot",
    "GroupMember",
    "GuardianPhone",
    "IdempotencyKey",
    "ImportedEnrollment",
    "ImportedFamily",
    "ImportedRow",
    "Kiosk",
    "Location",
    "MakeupRequest",
    "MakeupToken",
    "MakeupTokenEntry",
    "Mark",
    "MedicalRead",
    "Occurrence",
    "Offering",
    "OfferingInstructor",
    "OfferingSession",
    "Organization",
    "PeopleMerge",
    "PermissionGroup",
    "Person",
    "PlaceOffer",
    "Program",
    "RecoveryCode",
    "ReportPart",
    "SecondFactor",
    "SecurityEvent",
    "Session",
    "Settings",
    "SettingsChange",
    "SignIn",
    "StaffAbsence",
    "Student",
    "StudentNote",
    "Substitution",
    "Timeslot",
    "TokenRun",
    "metadata",
]
