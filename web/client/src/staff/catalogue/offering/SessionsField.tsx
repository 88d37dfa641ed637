import { useEffect } from "react";
import type { ResultOf } from "../../../graphql";
import { usePages } from "../../asking/usePages";
import { SESSIONS } from "../sessions/operations";
import { datesOf, isOver } from "../sessions/sessionWords";
import { SeveralField } from "./SeveralField";

interface Props {
  readonly today: string;
  readonly chosen: readonly string[];
  readonly change: (chosen: readonly string[]) => void;
}

const pick = (data: ResultOf<typeof SESSIONS>) => data.sessions;

/** Chooses sessions: those that are chosen already, and those that are not over. */
export function SessionsField({ today, chosen, change }: Props) {
  const { nodes, hasMore, isLoading, fault, more } = usePages(SESSIONS, {}, pick);
  useEffect(() => {
    if (hasMore && !isLoading && fault === null) more();
  }, [hasMore, isLoading, fault, more]);
  const offered = (nodes ?? []).filter(one => chosen.includes(one.id) || !isOver(one, today));
  return (
    <SeveralField
      label="Sessions"
      hint="It meets while one of these lasts. Without a session, it meets all year."
      nothing={fault ?? (nodes === null ? "Reading …" : "There are no sessions yet.")}
      chosen={chosen}
      choices={offered.map(one => [one.id, `${one.name}, ${datesOf(one)}`] as const)}
      change={change}
    />
  );
}
