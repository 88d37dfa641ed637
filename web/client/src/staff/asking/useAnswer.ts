import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../../parts/useAct";
import { ask } from "../services";

export interface Answer<Data> {
  /** The newest answer. While variables change or `reload` runs, it is the one of before. */
  readonly data: Data | null;
  readonly fault: string | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Ask a query when the component appears and whenever its variables change. Null variables ask nothing. */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
): Answer<Data> {
  const [state, setState] = useState<Omit<Answer<Data>, "reload">>({
    data: null,
    fault: null,
    isLoading: variables !== null,
  });
  const asked = useRef(0);
  const key = JSON.stringify(variables);
  const reload = useCallback(() => {
    const given = JSON.parse(key) as Variables | null;
    asked.current += 1;
    const turn = asked.current;
    if (given === null) {
      setState({ data: null, fault: null, isLoading: false });
      return;
    }
    setState(before => ({ ...before, isLoading: true }));
    ask(document, given).then(
      // An answer that a later one has overtaken is of no use any more.
      data => turn === asked.current && setState({ data, fault: null, isLoading: false }),
      (reason: unknown) =>
        turn === asked.current && setState(before => ({ ...before, fault: wordsOf(reason), isLoading: false })),
    );
  }, [document, key]);
  useEffect(() => {
    reload();
    return () => {
      asked.current += 1;
    };
  }, [reload]);
  return { ...state, reload };
}
