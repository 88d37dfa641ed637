/** The text of an operation, as it is sent over HTTP and over sockets, and as a manifest of trusted documents has it. */
import { createRequest, stringifyDocument, type TypedDocumentNode } from "@urql/core";

// biome-ignore lint/suspicious/noExplicitAny: any operation has a text, whatever its types.
export function textOf(document: TypedDocumentNode<any, any>): string {
  return stringifyDocument(createRequest(document, {}).query);
}

/** The texts of all operations that modules export. A fragment is no operation: it is part of those that use it. */
export function textsOf(modules: Record<string, Record<string, unknown>>): readonly string[] {
  return Object.values(modules)
    .flatMap(module => Object.values(module))
    .filter(isOperation)
    .map(document => textOf(document));
}

function isOperation(value: unknown): value is TypedDocumentNode {
  const definitions = (value as { definitions?: readonly { kind: string }[] } | null)?.definitions;
  return definitions?.[0]?.kind === "OperationDefinition";
}
