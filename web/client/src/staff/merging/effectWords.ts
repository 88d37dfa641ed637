import { counted } from "../../parts/counted";
import type { MergeEffect } from "./operations";

/** One and several of what moves, by the names that the API gives. Sessions do not move: they end. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  enrollments: ["enrollment", "enrollments"],
  expected_absences: ["reported absence", "reported absences"],
  guardians: ["guardian", "guardians"],
  makeup_tokens: ["makeup token", "makeup tokens"],
  marks: ["mark", "marks"],
  notes: ["note", "notes"],
  phones: ["telephone number", "telephone numbers"],
  students: ["student", "students"],
};

/** What a merge would do, in sentences. */
export function effectWords({ counts, usedTokenIds }: MergeEffect, into: string): readonly string[] {
  if (usedTokenIds.length > 0) {
    return [
      "Both have a makeup token for the same class, and the one of the other record is used for a makeup that is still " +
        "ahead. Give that makeup back first.",
    ];
  }
  const moving = counts.flatMap(({ name, count }) => {
    const [one, many] = WORDS[name] ?? [];
    return count > 0 && one !== undefined ? [counted(count, one, many)] : [];
  });
  const sessions = counts.find(({ name }) => name === "sessions")?.count ?? 0;
  return [
    `Moves to ${into}: ${moving.join(", ") || "nothing"}. This cannot be undone.`,
    ...(sessions > 0
      ? [`${counted(sessions, "sign-in")} of the other record ${sessions === 1 ? "ends" : "end"}.`]
      : []),
  ];
}
