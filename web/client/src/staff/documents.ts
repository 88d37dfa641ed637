/** All operations of the staff's pages, for the manifest of trusted documents that the build writes. */
import type { TypedDocumentNode } from "@urql/core";
import { textOf } from "../live/document";

const MODULES = import.meta.glob<Record<string, unknown>>("./**/operations.ts", { eager: true });

export const TEXTS: readonly string[] = Object.values(MODULES)
  .flatMap(module => Object.values(module))
  .filter(isOperation)
  .map(document => textOf(document));

/** A fragment is a document too, but its text is part of the operations that use it. */
function isOperation(value: unknown): value is TypedDocumentNode {
  const definitions = (value as { definitions?: readonly { kind: string }[] } | null)?.definitions;
  return definitions?.[0]?.kind === "OperationDefinition";
}
