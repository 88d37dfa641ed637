export interface Counts {
  readonly present: number;
  readonly tardy: number;
  readonly leftEarly: number;
  readonly tardyAndLeftEarly: number;
  readonly absent: number;
  readonly excusedAbsence: number;
  readonly unmarked: number;
  readonly total: number;
}

/** How many came, whether or not on time. */
export function cameOf(tally: Counts): number {
  return tally.present + tally.tardy + tally.leftEarly + tally.tardyAndLeftEarly;
}

export function tallyText(tally: Counts): string {
  if (tally.total === 0) return "No students";
  const absent = tally.absent + tally.excusedAbsence;
  if (tally.unmarked === tally.total) return tally.total === 1 ? "1 student" : `${tally.total} students`;
  const parts = [`${cameOf(tally)} present`, `${absent} absent`];
  if (tally.unmarked > 0) parts.push(`${tally.unmarked} unmarked`);
  return parts.join(" · ");
}

/** A bar of who came, who is absent and who is not marked; the text beside it says the same. */
export function Progress({ tally }: { tally: Counts }) {
  const total = Math.max(1, tally.total);
  const came = (100 * cameOf(tally)) / total;
  const absent = (100 * (tally.absent + tally.excusedAbsence)) / total;
  return (
    <svg className="progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="none" width="100" height="4" />
      <rect className="came" width={came} height="4" />
      <rect className="absent" x={came} width={absent} height="4" />
    </svg>
  );
}
