import { useMemo } from "react";
import type UPlot from "uplot";
import { daysAfter, shortDate } from "../../parts/times";
import { useAnswer } from "../asking/useAnswer";
import { Chart, type Drawing } from "./Chart";
import { WEEKS, type Week } from "./operations";

const WEEKS_SHOWN = 8;

/** The attendance rate of eight weeks, this one included. */
export function RateChart({ today, locationId }: { today: string; locationId: string }) {
  const filter = {
    from: daysAfter(mondayOf(today), -7 * (WEEKS_SHOWN - 1)),
    to: today,
    locationIds: locationId === "" ? null : [locationId],
  };
  const { data, fault } = useAnswer(WEEKS, { filter });
  const weeks = useMemo(() => (data?.attendanceReport.rows.nodes ?? []).filter(isCounted), [data]);
  const points = useMemo<UPlot.AlignedData>(
    () => [weeks.map(week => Date.parse(week.name) / 1000), weeks.map(week => week.counts.rate * 100)],
    [weeks],
  );
  if (fault !== null) {
    return (
      <p className="fault" role="alert">
        {fault}
      </p>
    );
  }
  if (data === null) return <p className="muted chartPlace">Reading the weeks …</p>;
  if (weeks.length === 0) return <p className="muted">No attendance was taken in these weeks.</p>;
  return (
    <>
      <Chart label="Attendance rate by week. The numbers follow." data={points} drawing={LINE} />
      <table className="weeks">
        <thead>
          <tr>
            <th scope="col">Week of</th>
            {weeks.map(week => (
              <th key={week.name} scope="col">
                {shortDate(week.name).replace(/^\w+, /, "")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Rate</th>
            {weeks.map(week => (
              <td key={week.name}>{Math.round(week.counts.rate * 100)}%</td>
            ))}
          </tr>
        </tbody>
      </table>
    </>
  );
}

type Counted = Week & { readonly counts: { readonly rate: number } };

function isCounted(week: Week): week is Counted {
  return week.counts.rate !== null;
}

function mondayOf(date: string): string {
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
  return daysAfter(date, -((weekday + 6) % 7));
}

const LINE: Drawing = colour => ({
  cursor: { show: false },
  scales: {
    x: { time: true, range: (_, least, most) => [least - 259_200, most + 259_200] },
    y: { range: (_, least) => [Math.max(0, Math.floor((least - 5) / 10) * 10), 100] },
  },
  axes: [
    { show: false },
    {
      stroke: colour("muted"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      size: 48,
      values: (_, rates) => rates.map(rate => `${rate}%`),
    },
  ],
  series: [{}, { stroke: colour("accent"), width: 2.5, points: { show: true, size: 7, fill: colour("accent") } }],
});
