import { cameOf, Progress } from "../../parts/Tally";
import type { Card } from "../day/operations";
import type { Location } from "../operations";

export type Counts = Card["tally"];

/** The sum of several tallies. Classes that do not take place are not counted. */
export function sumOf(cards: readonly Card[]): Counts {
  const sum = {
    present: 0,
    tardy: 0,
    leftEarly: 0,
    tardyAndLeftEarly: 0,
    absent: 0,
    excusedAbsence: 0,
    unmarked: 0,
    total: 0,
  };
  for (const { state, tally } of cards) {
    if (state !== "SCHEDULED") continue;
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += tally[name];
  }
  return sum;
}

/** The day in four numbers. */
export function Tiles({ tally }: { tally: Counts }) {
  return (
    <dl className="tiles">
      <Tile name="Here" value={cameOf(tally)} kind="came" />
      <Tile name="Absent" value={tally.absent + tally.excusedAbsence} kind="gone" />
      <Tile name="Not marked" value={tally.unmarked} kind="" />
      <Tile name="Students" value={tally.total} kind="" />
    </dl>
  );
}

function Tile({ name, value, kind }: { name: string; value: number; kind: string }) {
  return (
    <div className={`card tile ${kind}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface Props {
  readonly locations: readonly Location[];
  readonly cards: readonly Card[];
}

export function ByLocation({ locations, cards }: Props) {
  const rows = locations
    .map(location => ({ location, mine: cards.filter(card => card.location.id === location.id) }))
    .filter(row => row.mine.length > 0);
  return (
    <ul className="places">
      {rows.map(({ location, mine }) => {
        const tally = sumOf(mine);
        const meeting = mine.filter(card => card.state === "SCHEDULED");
        const taken = meeting.filter(card => card.attendanceState === "TAKEN").length;
        return (
          <li key={location.id}>
            <span>
              <strong>{location.name}</strong>
              <span className="muted">
                {cameOf(tally)} of {tally.total} here · {taken} of {meeting.length} classes taken
              </span>
            </span>
            <Progress tally={tally} />
          </li>
        );
      })}
    </ul>
  );
}
