import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { type Doing, useActAs } from "../../parts/useAct";
import { ask } from "../services";
import { plain } from "./refusals";

export type { Doing, Done, Refused } from "../../parts/useAct";

export function useAct<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Doing<Data, Variables> {
  return useActAs(document, ask, plain);
}
