"""The enumerations of reports in the schema, with a description of each value."""

from attendance.rules.vocabulary import ReportFile, ReportGroup, TokenReportGroup
from gql.fields.described import described

__all__ = ["ReportFile", "ReportGroup", "TokenReportGroup"]

described(
    ReportGroup,
    "How a report groups the marks that it adds up.",
    {
        ReportGroup.OFFERING: "One row for each class, appointment and camp, ordered by name.",
        ReportGroup.STUDENT: "One row for each student, ordered by last name, then by first name.",
        ReportGroup.INSTRUCTOR: "One row for each staff member, ordered by last name, then by first name. A sheet "
        "counts for each of the instructors who taught on its date, with substitutes in place of those whom they "
        "replaced. The sheets that nobody taught are one row, which comes first.",
        ReportGroup.LOCATION: "One row for each location, ordered by name. A sheet counts where it was held.",
        ReportGroup.WEEK: "One row for each week, ordered by date. Weeks begin on Monday.",
    },
)
described(
    TokenReportGroup,
    "How a report groups the makeup tokens that it counts.",
    {
        TokenReportGroup.PROGRAM: "One row for each program, ordered by name. Tokens that are for every program are "
        "one row, which comes first.",
        TokenReportGroup.LOCATION: "One row for each location, ordered by name. Tokens that are for every location "
        "are one row, which comes first.",
        TokenReportGroup.STUDENT: "One row for each student, ordered by last name, then by first name.",
    },
)
described(
    ReportFile,
    "The reports that can be written as a file.",
    {
        ReportFile.ATTENDANCE_BY_OFFERING: "What `attendanceReport` adds up by offering.",
        ReportFile.ATTENDANCE_BY_STUDENT: "What `attendanceReport` adds up by student.",
        ReportFile.ATTENDANCE_BY_INSTRUCTOR: "What `attendanceReport` adds up by instructor.",
        ReportFile.ATTENDANCE_BY_LOCATION: "What `attendanceReport` adds up by location.",
        ReportFile.ATTENDANCE_BY_WEEK: "What `attendanceReport` adds up by week.",
        ReportFile.NOT_TAKEN: "The roll sheets without any mark, of occurrences that have begun and have students.",
        ReportFile.ABSENCES: "What `absenceReport` lists.",
        ReportFile.TOKENS_BY_PROGRAM: "What `tokenReport` counts by program. `offeringIds` has no effect.",
        ReportFile.TOKENS_BY_LOCATION: "What `tokenReport` counts by location. `offeringIds` has no effect.",
        ReportFile.TOKENS_BY_STUDENT: "What `tokenReport` counts by student. `offeringIds` has no effect.",
        ReportFile.CAPACITY: "What `capacityReport` counts on the last date of the range.",
    },
)
