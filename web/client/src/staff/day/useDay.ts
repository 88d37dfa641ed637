import type { Vault } from "@rollbook/client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ResultOf } from "../../graphql";
import { wordsOf } from "../../parts/plainFaults";
import { keptDay } from "../keeping";
import { ask, socket } from "../services";
import { type Card, DAY, FOLLOW_DAY } from "./operations";

export interface DayState {
  readonly cards: readonly Card[] | null;
  readonly fault: string | null;
  readonly reload: () => void;
}

/** The occurrences of a date, kept current by the stream of the day's check-ins. */
export function useDay(date: string, vault: Vault): DayState {
  const [cards, setCards] = useState<readonly Card[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const shown = useRef(date);
  shown.current = date;

  const reload = useCallback(() => {
    setFault(null);
    allOf(date).then(
      found => {
        // Somebody who leafs through the days gets the answers of days that have left the screen.
        if (shown.current === date) setCards(now => newest(found, now ?? []));
      },
      async (reason: unknown) => {
        const kept = await keptDay(vault, date);
        if (shown.current !== date) return;
        if (kept !== undefined) setCards(now => now ?? kept.cards);
        else setFault(wordsOf(reason));
      },
    );
  }, [date, vault]);

  useEffect(() => {
    setCards(null);
    reload();
    let after: string | null = null;
    return socket.follow(
      FOLLOW_DAY,
      () => ({ date, after }),
      ({ checkIns: event }) => {
        after = event.cursor;
        const { occurrence } = event;
        if (occurrence === null) reload();
        else setCards(now => now && merged(now, occurrence));
      },
      end => setFault(end.message),
    );
  }, [date, reload]);

  return { cards, fault, reload };
}

async function allOf(date: string): Promise<readonly Card[]> {
  const found: Card[] = [];
  let after: string | null = null;
  do {
    const { occurrences }: ResultOf<typeof DAY> = await ask(DAY, { date, after });
    found.push(...occurrences.nodes);
    after = occurrences.pageInfo.hasNextPage ? occurrences.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

function merged(cards: readonly Card[], event: Card): readonly Card[] {
  return cards.map(card => (card.id === event.id ? newer(card, event) : card));
}

/** An event may have overtaken the answer of the query. */
function newest(found: readonly Card[], known: readonly Card[]): readonly Card[] {
  const byId = new Map(known.map(card => [card.id, card]));
  return found.map(card => newer(byId.get(card.id) ?? card, card));
}

function newer(one: Card, other: Card): Card {
  return other.revision >= one.revision ? other : one;
}
