import { graphql, type ResultOf } from "../../graphql";

export const ATTENDANCE_REPORT = graphql(`
  query AttendanceReport($filter: ReportFilter!, $by: ReportGroup!, $after: String) {
    attendanceReport(filter: $filter, groupBy: $by, first: 50, after: $after) {
      totals { present tardy leftEarly tardyAndLeftEarly absent excusedAbsence total rate }
      rows {
        nodes {
          subjectId
          name
          offering { locationName meetings { weekday startTime } }
          student { familyName birthOn }
          instructor { classNames locationNames }
          counts { present tardy leftEarly tardyAndLeftEarly absent excusedAbsence total rate }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const TOKEN_REPORT = graphql(`
  query TokenReport($filter: TokenReportFilter!, $by: TokenReportGroup!, $after: String) {
    tokenReport(filter: $filter, groupBy: $by, first: 50, after: $after) {
      totals { issued withdrawn used expired expiring outstanding }
      rows {
        nodes {
          subjectId
          name
          student { familyName birthOn }
          counts { issued withdrawn used expired expiring outstanding }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const ABSENCE_REPORT = graphql(`
  query AbsenceReport($filter: ReportFilter!, $after: String) {
    absenceReport(filter: $filter, first: 50, after: $after) {
      nodes {
        occurrenceId
        date
        offeringName
        locationName
        startTime
        studentId
        studentName
        student { familyName birthOn }
        status
        token { tokenId state expiresOn }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CAPACITY_REPORT = graphql(`
  query CapacityReport($filter: CapacityReportFilter!, $after: String) {
    capacityReport(filter: $filter, first: 50, after: $after) {
      nodes { timeslotId name locationName weekday startTime capacity active trial forOneDay taken free waiting }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const WRITE_REPORT = graphql(`
  mutation WriteReport($input: WriteReportInput!) {
    writeReport(input: $input) {
      __typename
      ... on WriteReportSuccess { backgroundTaskId }
      ... on UserError { code message }
    }
  }
`);

export const REPORT_FILE = graphql(`
  query ReportFile($id: ID!, $part: Int!) {
    node(id: $id) {
      ... on BackgroundTask { reportFile(part: $part) { name part parts text } }
    }
  }
`);

export type MarkCounts = ResultOf<typeof ATTENDANCE_REPORT>["attendanceReport"]["totals"];
export type TokenCounts = ResultOf<typeof TOKEN_REPORT>["tokenReport"]["totals"];
export type Absence = ResultOf<typeof ABSENCE_REPORT>["absenceReport"]["nodes"][number];
export type Places = ResultOf<typeof CAPACITY_REPORT>["capacityReport"]["nodes"][number];
