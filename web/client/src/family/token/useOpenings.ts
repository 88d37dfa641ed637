import { useCallback, useEffect, useRef, useState } from "react";
import type { ResultOf } from "../../graphql";
import { wordsOf } from "../../parts/plainFaults";
import { ask } from "../services";
import { FIND, type Opening } from "./operations";

type Page = ResultOf<typeof FIND>["eligibleMakeups"];

export interface Openings {
  /** Null while they are looked for. */
  readonly openings: readonly Opening[] | null;
  readonly fault: string | null;
  readonly reload: () => void;
}

/** All classes in the range for which the token can be used. They appear page by page. */
export function useOpenings(tokenId: string, from: string, to: string): Openings {
  const [openings, setOpenings] = useState<readonly Opening[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const turn = useRef(0);
  const reload = useCallback(async () => {
    turn.current += 1;
    const mine = turn.current;
    setFault(null);
    try {
      let found: readonly Opening[] = [];
      let after: string | null = null;
      do {
        const page: Page = (await ask(FIND, { tokenId, from, to, after })).eligibleMakeups;
        if (mine !== turn.current) return;
        found = [...found, ...page.nodes];
        setOpenings(found);
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
    } catch (reason) {
      if (mine === turn.current) setFault(wordsOf(reason));
    }
  }, [tokenId, from, to]);
  useEffect(() => {
    setOpenings(null);
    void reload();
    return () => {
      turn.current += 1;
    };
  }, [reload]);
  return { openings, fault, reload: () => void reload() };
}
