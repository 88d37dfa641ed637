import { useMemo } from "react";
import UPlot from "uplot";
import { counted } from "../../parts/counted";
import { clockTime } from "../../parts/times";
import { type Arrivals, byFiveMinutes } from "./arrivals";
import { Chart, type Drawing } from "./Chart";

/** When the students of the day came, in steps of five minutes. */
export function ArrivalsChart({ arrivals, timeZone }: { arrivals: Arrivals; timeZone: string }) {
  const bins = useMemo(() => byFiveMinutes(arrivals), [arrivals]);
  const data = useMemo<UPlot.AlignedData>(() => [[...bins.starts], [...bins.counts]], [bins]);
  const drawing = useMemo(() => bars(timeZone), [timeZone]);
  if (bins.starts.length === 0) return <p className="muted">Nobody has arrived yet.</p>;
  const most = Math.max(...bins.counts);
  const busiest = bins.starts[bins.counts.indexOf(most)] ?? 0;
  const when = clockTime(new Date(busiest * 1000).toISOString(), timeZone);
  const label = `Arrivals by five minutes. The most, ${counted(most, "student")}, came in the five minutes from ${when}.`;
  return (
    <>
      <Chart label={label} data={data} drawing={drawing} />
      <p className="muted">
        Busiest from {when}: {counted(most, "student")} in five minutes.
      </p>
    </>
  );
}

function bars(timeZone: string): Drawing {
  return colour => ({
    tzDate: seconds => UPlot.tzDate(new Date(seconds * 1000), timeZone),
    cursor: { show: false },
    scales: {
      // One bar alone is not as wide as the whole chart.
      x: { time: true, range: (_, least, most) => [least - 900, most + 900] },
      y: { range: (_, __, most) => [0, Math.max(4, most)] },
    },
    axes: [
      {
        stroke: colour("muted"),
        grid: { show: false },
        ticks: { show: false },
        values: (_, starts) => starts.map(start => clockTime(new Date(start * 1000).toISOString(), timeZone)),
        space: 70,
        size: 30,
      },
      {
        stroke: colour("muted"),
        grid: { stroke: colour("line"), width: 1 },
        ticks: { show: false },
        size: 36,
        incrs: [1, 2, 5, 10, 20, 50, 100],
      },
    ],
    series: [{}, { fill: colour("accent"), ...BARS, points: { show: false } }],
  });
}

const path = UPlot.paths.bars?.({ size: [0.8, 26] });
const BARS = path === undefined ? {} : { paths: path };
