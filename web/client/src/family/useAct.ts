import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { type Doing, useActAs } from "../parts/useAct";
import { plain } from "./refusals";
import { ask } from "./services";

export function useAct<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Doing<Data, Variables> {
  return useActAs(document, ask, plain);
}
