import { useEffect } from "react";
import { FOLLOW_CHILD } from "./operations";
import { socket } from "./services";

/** Call `changed` whenever something changes for one of the children: a mark, a makeup token, a coming class or an offer of a place. */
export function useLive(studentIds: readonly string[], changed: () => void): void {
  const all = studentIds.join(" ");
  useEffect(() => {
    const stops = all.split(" ").map(studentId => {
      let after: string | null = null;
      return all === ""
        ? () => undefined
        : socket.follow(
            FOLLOW_CHILD,
            () => ({ studentId, after }),
            ({ studentChanged: event }) => {
              // The first event is what the page has asked for already.
              const isFirst = after === null;
              after = event.cursor;
              if (!isFirst) changed();
            },
            // The query says why, when the page asks again.
            changed,
          );
    });
    return () => {
      for (const stop of stops) stop();
    };
  }, [all, changed]);
}
