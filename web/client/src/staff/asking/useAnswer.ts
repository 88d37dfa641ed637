import { AskFault } from "@rollbook/client";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../../parts/plainFaults";
import { ask } from "../services";

export interface Answer<Data> {
  /**
   * The newest answer. While variables change or `reload` runs, it is the one of before. A fault leaves it only if it
   * answers the same variables.
   */
  readonly data: Data | null;
  readonly fault: string | null;
  /** Whether the API cannot read the variables, such as an id from a mistyped address. `fault` is then for developers. */
  readonly isMistyped: boolean;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Ask a query when the component appears and whenever its variables change. Null variables ask nothing. */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
): Answer<Data> {
  // `of` tells which variables the data answer.
  const [state, setState] = useState<Omit<Answer<Data>, "reload"> & { readonly of: string | null }>({
    of: null,
    data: null,
    fault: null,
    isMistyped: false,
    isLoading: variables !== null,
  });
  const asked = useRef(0);
  const key = JSON.stringify(variables);
  const reload = useCallback(() => {
    const given = JSON.parse(key) as Variables | null;
    asked.current += 1;
    const turn = asked.current;
    if (given === null) {
      setState({ of: null, data: null, fault: null, isMistyped: false, isLoading: false });
      return;
    }
    setState(before => ({ ...before, isLoading: true }));
    ask(document, given).then(
      // An answer that a later one has overtaken is of no use any more.
      data => turn === asked.current && setState({ of: key, data, fault: null, isMistyped: false, isLoading: false }),
      (reason: unknown) =>
        turn === asked.current &&
        setState(before => ({
          of: before.of,
          data: before.of === key ? before.data : null,
          fault: wordsOf(reason),
          isMistyped: reason instanceof AskFault && reason.code === "BAD_USER_INPUT",
          isLoading: false,
        })),
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
