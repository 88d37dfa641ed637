import { AskFault, textOf } from "@rollbook/client";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../parts/plainFaults";
import { ask, session } from "./services";

export interface Answer<Data> {
  /** The last answer, also while a newer one is on its way. */
  readonly data: Data | null;
  readonly fault: string | null;
  /** Whether the API cannot read the variables, such as an id from a mistyped address. `fault` is then for developers. */
  readonly isMistyped: boolean;
  readonly reload: () => void;
}

type Failed = Pick<Answer<unknown>, "fault" | "isMistyped">;
const NOT_FAILED: Failed = { fault: null, isMistyped: false };

// A page that is opened again shows at once what it showed before, and then what is true now.
const kept = new Map<string, unknown>();
// Whoever signs in next at this page may be somebody else.
session.subscribe(() => {
  if (session.current() === null) kept.clear();
});

/** The answer to a query, which is asked for whenever the page opens and by `reload`. */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Answer<Data> {
  const key = `${textOf(document)} ${JSON.stringify(variables)}`;
  const [, draw] = useState(0);
  const [failed, setFailed] = useState<Failed>(NOT_FAILED);
  const latest = useRef(0);
  const asked = useRef({ document, variables });
  asked.current = { document, variables };
  const reload = useCallback(() => {
    latest.current += 1;
    const mine = latest.current;
    ask(asked.current.document, asked.current.variables).then(
      data => {
        if (mine !== latest.current) return;
        kept.set(key, data);
        setFailed(NOT_FAILED);
        draw(count => count + 1);
      },
      (reason: unknown) => {
        if (mine !== latest.current) return;
        const isMistyped = reason instanceof AskFault && reason.code === "BAD_USER_INPUT";
        setFailed({ fault: wordsOf(reason), isMistyped });
      },
    );
  }, [key]);
  useEffect(() => {
    setFailed(NOT_FAILED);
    reload();
  }, [reload]);
  return { data: (kept.get(key) as Data | undefined) ?? null, ...failed, reload };
}
