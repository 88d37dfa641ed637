import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../../parts/plainFaults";
import { ask } from "../services";

export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Listing<Node> {
  /** Null until the first page is there. */
  readonly nodes: readonly Node[] | null;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly fault: string | null;
  readonly more: () => void;
  /** Read what is shown anew, as many items as before. */
  readonly reload: () => void;
}

interface State<Node> {
  readonly nodes: readonly Node[] | null;
  readonly end: string | null;
  readonly isLoading: boolean;
  readonly fault: string | null;
}

const BEGIN = { nodes: null, end: null, isLoading: true, fault: null };

/**
 * A list that grows page by page.
 *
 * document -- a query with the variable `after`
 * pick -- finds the connection in an answer; a function that stays the same
 */
export function usePages<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after">,
  pick: (data: Data) => Connection<Node> | null,
): Listing<Node> {
  const [state, setState] = useState<State<Node>>(BEGIN);
  const turn = useRef(0);
  const shown = useRef(0);
  const key = JSON.stringify(variables);
  shown.current = state.nodes?.length ?? 0;

  const read = useCallback(
    async (before: readonly Node[], after: string | null, atLeast: number) => {
      turn.current += 1;
      const mine = turn.current;
      setState(now => ({ ...now, isLoading: true }));
      try {
        let nodes = before;
        let end = after;
        do {
          const given = { ...(JSON.parse(key) as object), after: end } as unknown as Variables;
          const page = pick(await ask(document, given));
          if (mine !== turn.current) return;
          nodes = [...nodes, ...(page?.nodes ?? [])];
          end = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        } while (end !== null && nodes.length < atLeast);
        setState({ nodes, end, isLoading: false, fault: null });
      } catch (fault) {
        if (mine === turn.current) setState(now => ({ ...now, isLoading: false, fault: wordsOf(fault) }));
      }
    },
    [document, key, pick],
  );
  const reload = useCallback(() => void read([], null, shown.current), [read]);
  useEffect(() => {
    void read([], null, 0);
    return () => {
      turn.current += 1;
    };
  }, [read]);
  return {
    nodes: state.nodes,
    hasMore: state.end !== null,
    isLoading: state.isLoading,
    fault: state.fault,
    more: () => void read(state.nodes ?? [], state.end, 0),
    reload,
  };
}
