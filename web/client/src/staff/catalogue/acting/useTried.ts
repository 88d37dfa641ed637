import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { InputOf } from "../../../parts/useAct";
import { type Doing, useAct } from "../../asking/useAct";
import { type Answer, useAnswer } from "../../asking/useAnswer";
import { useSettled } from "../../asking/useSettled";
import type { CatalogueEffect } from "./effects";

export type Preview = Answer<{ readonly preview: CatalogueEffect }>;

interface Tried<Data, Variables> {
  readonly preview: Preview;
  readonly doing: Doing<Data, Variables>;
  /** Whether the shown effect is that of the present input, and the change is allowed. */
  readonly isReady: boolean;
}

/** A change that can be made only while its effect is shown. A null input has none, because the form is not complete. */
export function useTried<Data, Variables extends AnyVariables>(
  previewed: TypedDocumentNode<{ readonly preview: CatalogueEffect }, Variables>,
  document: TypedDocumentNode<Data, Variables>,
  input: InputOf<Variables> | null,
): Tried<Data, Variables> {
  const key = JSON.stringify(input);
  const asked = useSettled(key);
  const variables = asked === "null" ? null : ({ input: JSON.parse(asked) as unknown } as unknown as Variables);
  const preview = useAnswer(previewed, variables);
  const doing = useAct(document);
  return { preview, doing, isReady: input !== null && asked === key && isPossible(preview) };
}

function isPossible({ data, isLoading, fault }: Preview): boolean {
  return !isLoading && fault === null && data !== null && "appearingCount" in data.preview;
}
