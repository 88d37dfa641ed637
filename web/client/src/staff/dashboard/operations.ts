import { graphql, type ResultOf } from "../../graphql";
import { ACTOR } from "../sheet/operations";

export const DAY_MARKS = graphql(
  `
  query DayMarks($date: Date!, $locationIds: [ID!]) {
    daySheets(date: $date, locationIds: $locationIds) {
      id
      offering { name }
      location { id timeZone }
      roster {
        student { id firstName lastName }
        mark { status isDefaulted markedAt markedBy { ...Actor } }
      }
    }
  }
`,
  [ACTOR],
);

export const FOLLOW_MARKS = graphql(
  `
  subscription FollowMarks($date: Date!, $locationIds: [ID!], $after: String) {
    checkIns(date: $date, locationIds: $locationIds, after: $after) {
      cursor
      kind
      occurrence { id offering { name } location { id timeZone } }
      entries {
        student { id firstName lastName }
        mark { status isDefaulted markedAt markedBy { ...Actor } }
      }
    }
  }
`,
  [ACTOR],
);

export const WEEKS = graphql(`
  query AttendanceByWeek($filter: ReportFilter!) {
    attendanceReport(filter: $filter, groupBy: WEEK, first: 20) {
      rows { nodes { name counts { total rate } } }
    }
  }
`);

type DaySheet = ResultOf<typeof DAY_MARKS>["daySheets"][number];
export type Place = Pick<DaySheet, "id" | "offering" | "location">;
export type Entry = DaySheet["roster"][number];
export type Week = ResultOf<typeof WEEKS>["attendanceReport"]["rows"]["nodes"][number];
