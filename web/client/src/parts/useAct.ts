import { type Ask, AskFault } from "@rollbook/client";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useRef, useState } from "react";
import { wordsOf } from "./plainFaults";

/** What a mutation answers: its success, or a refusal, which has a message. */
type Outcome<Data> = NonNullable<Data[keyof Data]>;
export type Refused<Data> = Extract<Outcome<Data>, { readonly message: string }>;
export type Done<Data> = Exclude<Outcome<Data>, { readonly message: string }>;
export type InputOf<Variables> = Variables extends { readonly input: infer Input } ? Input : never;

export interface Doing<Data, Variables> {
  /** Resolves to the success, or to null after a refusal or a fault. */
  readonly run: (input: InputOf<Variables>) => Promise<Done<Data> | null>;
  readonly isBusy: boolean;
  readonly refusal: Refused<Data> | null;
  /** Why it did not work, in plain words. Null when it did, or when nothing was tried. */
  readonly fault: string | null;
  readonly forget: () => void;
}

export type Plain = (refusal: { readonly message: string; readonly code?: string }) => string;

/**
 * Run a mutation. Trying the same again after an answer was lost does not do it twice.
 *
 * ask -- as whom
 * plain -- a refusal in the words of the entry's pages
 */
export function useActAs<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  ask: Ask,
  plain: Plain,
): Doing<Data, Variables> {
  const [state, setState] = useState<{ isBusy: boolean; refusal: Refused<Data> | null; fault: string | null }>(IDLE);
  const pending = useRef<{ readonly text: string; readonly key: string } | null>(null);
  const run = useCallback(
    async (input: InputOf<Variables>): Promise<Done<Data> | null> => {
      const text = JSON.stringify(input);
      const key = pending.current?.text === text ? pending.current.key : crypto.randomUUID();
      pending.current = { text, key };
      setState({ isBusy: true, refusal: null, fault: null });
      try {
        const variables = { input: { ...(input as object), idempotencyKey: key } } as unknown as Variables;
        const data = await ask(document, variables);
        const [outcome] = Object.values(data as object) as (Outcome<Data> | null)[];
        if (outcome == null) throw new AskFault("unreachable", "The server did not answer. Try again.");
        pending.current = null;
        if (isRefusal<Data>(outcome)) {
          setState({ isBusy: false, refusal: outcome, fault: plain(outcome) });
          return null;
        }
        setState(IDLE);
        return outcome as Done<Data>;
      } catch (fault) {
        if (!(fault instanceof AskFault) || fault.kind !== "unreachable") pending.current = null;
        setState({ isBusy: false, refusal: null, fault: wordsOf(fault) });
        return null;
      }
    },
    [document, ask, plain],
  );
  const forget = useCallback(() => setState(IDLE), []);
  return { run, ...state, forget };
}

const IDLE = { isBusy: false, refusal: null, fault: null };

function isRefusal<Data>(outcome: Outcome<Data>): outcome is Refused<Data> {
  return typeof (outcome as { message?: unknown }).message === "string";
}
