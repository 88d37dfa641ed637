import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../../parts/plainFaults";
import { ask, socket } from "../services";
import { type Arrivals, withEntries } from "./arrivals";
import { DAY_MARKS, type Entry, FOLLOW_MARKS, type Place } from "./operations";

interface Live {
  /** Null while they are read for the first time. */
  readonly arrivals: Arrivals | null;
  readonly fault: string | null;
}

interface News {
  readonly place: Place;
  readonly entries: readonly Entry[];
}

/** The marks of a date, kept current live. No location: those of all locations. */
export function useArrivals(date: string, locationId: string): Live {
  const [arrivals, setArrivals] = useState<Arrivals | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const turn = useRef(0);
  // What arrives while the day is read comes on top of what is read.
  const meanwhile = useRef<News[]>([]);

  const load = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    meanwhile.current = [];
    const locationIds = locationId === "" ? null : [locationId];
    ask(DAY_MARKS, { date, locationIds }).then(
      ({ daySheets }) => {
        if (mine !== turn.current) return;
        const news = [...daySheets.map(sheet => ({ place: sheet, entries: sheet.roster })), ...meanwhile.current];
        setFault(null);
        setArrivals(news.reduce<Arrivals>((known, one) => withEntries(known, one.place, one.entries), new Map()));
      },
      (reason: unknown) => {
        if (mine === turn.current) setFault(wordsOf(reason));
      },
    );
  }, [date, locationId]);

  useEffect(() => {
    setArrivals(null);
    let after: string | null = null;
    const stop = socket.follow(
      FOLLOW_MARKS,
      () => ({ date, locationIds: locationId === "" ? null : [locationId], after }),
      ({ checkIns: event }) => {
        after = event.cursor;
        if (event.occurrence === null) return load();
        const one = { place: event.occurrence, entries: event.entries };
        meanwhile.current.push(one);
        setArrivals(known => known && withEntries(known, one.place, one.entries));
      },
      end => setFault(end.message),
    );
    return () => {
      turn.current += 1;
      stop();
    };
  }, [date, locationId, load]);

  return { arrivals, fault };
}
