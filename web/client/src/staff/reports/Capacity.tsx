import type { ResultOf } from "../../graphql";
import { ListEnd } from "../../parts/ListEnd";
import { timeOfDay } from "../../parts/times";
import { usePages } from "../asking/usePages";
import type { Filter } from "./chosen";
import { WEEKDAYS } from "./details";
import { CAPACITY_REPORT, type Places } from "./operations";
import { type Column, Table } from "./Table";

const COLUMNS: readonly Column<Places>[] = [
  { word: "Class", cell: row => row.name },
  { word: "When", cell: row => `${WEEKDAYS[row.weekday ?? 0]}, ${timeOfDay(row.startTime)}` },
  { word: "Location", cell: row => row.locationName },
  { word: "Places", cell: row => row.capacity ?? "No limit", isNumber: true },
  { word: "Taken", cell: row => row.taken, isNumber: true },
  { word: "Free", cell: row => row.free ?? "", isNumber: true },
  { word: "Waiting", cell: row => row.waiting, isNumber: true },
  { word: "Active", cell: row => row.active, isNumber: true },
  { word: "Trial", cell: row => row.trial, isNumber: true },
  { word: "For that day", cell: row => row.forOneDay, isNumber: true },
];
const pick = (answer: ResultOf<typeof CAPACITY_REPORT>) => answer.capacityReport;

/** The places on the last date. */
export function Capacity({ filter }: { filter: Filter }) {
  const found = usePages(CAPACITY_REPORT, { filter: { date: filter.to, locationIds: filter.locationIds } }, pick);
  return (
    <>
      {found.nodes !== null && found.nodes.length > 0 && (
        <Table label="Places" columns={COLUMNS} rows={found.nodes} keyOf={row => row.timeslotId} />
      )}
      <ListEnd {...found} nothing="No class is in session on the last date." />
    </>
  );
}
