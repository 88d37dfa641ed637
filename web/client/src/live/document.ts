/** The text of an operation, as it is sent over HTTP and over sockets, and as a manifest of trusted documents has it. */
import { createRequest, stringifyDocument, type TypedDocumentNode } from "@urql/core";

// biome-ignore lint/suspicious/noExplicitAny: any operation has a text, whatever its types.
export function textOf(document: TypedDocumentNode<any, any>): string {
  return stringifyDocument(createRequest(document, {}).query);
}
