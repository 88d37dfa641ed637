/** Sends queries and mutations, with a valid token, and tells a fault that may pass from one that stays. */
import type { AnyVariables, CombinedError, OperationResult, TypedDocumentNode } from "@urql/core";
import { Client, fetchExchange } from "@urql/core";
import type { SessionKeeper } from "./session.ts";

export type FaultKind = "unreachable" | "signedOut" | "refused" | "outdated";

/** The server could not be asked, or it answered with an error. `message` can be shown to a person. */
export class AskFault extends Error {
  constructor(
    /** `unreachable` may pass: ask again later. `outdated`: the server is of another release than this client. */
    readonly kind: FaultKind,
    message: string,
    readonly code: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export type Ask = <Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

/** Ask as the person who is signed in. A token that has just expired is replaced once. */
export function asker(url: string, session: SessionKeeper, by: typeof fetch = fetch): Ask {
  const send = sender(url, by);
  return async (document, variables) => {
    const token = await tokenOf(session);
    try {
      return await send(document, variables, token);
    } catch (fault) {
      if (!(fault instanceof AskFault) || fault.kind !== "signedOut") throw fault;
      const next = await orUnreachable(session.renewed(token));
      if (next === null || next === token) throw fault;
      return send(document, variables, next);
    }
  };
}

/** Ask without a sign-in, or with the given token. */
export function sender(url: string, by: typeof fetch = fetch) {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false, fetch: by });
  return async <Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    token: string | null = null,
  ): Promise<Data> => {
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    const isMutation = document.definitions.some(one => "operation" in one && one.operation === "mutation");
    const context = { fetchOptions: { headers }, requestPolicy: "network-only" as const };
    const result: OperationResult<Data, Variables> = isMutation
      ? await client.mutation(document, variables, context)
      : await client.query(document, variables, context);
    if (result.error) throw faultOf(result.error);
    if (result.data == null) throw new AskFault("unreachable", "The server did not answer.");
    return result.data;
  };
}

async function tokenOf(session: SessionKeeper): Promise<string> {
  const token = await orUnreachable(session.accessToken());
  if (token === null) throw new AskFault("signedOut", "Sign in again to go on.");
  return token;
}

async function orUnreachable<T>(renewal: Promise<T>): Promise<T> {
  try {
    return await renewal;
  } catch {
    throw new AskFault("unreachable", "The server cannot be reached.");
  }
}

/** What a server says of a document that it does not know, and what a person is told. */
const UNKNOWN = new Set(["DOCUMENT_NOT_TRUSTED", "GRAPHQL_VALIDATION_FAILED"]);
export const OUTDATED = "Rollbook was updated. Reload this page to go on.";

export function isOutdated(code: string | null | undefined): boolean {
  return UNKNOWN.has(code ?? "");
}

const PASSING = new Set(["UNAVAILABLE", "RATE_LIMITED", "TIMED_OUT", "INTERNAL"]);

function faultOf(error: CombinedError): AskFault {
  const first = error.graphQLErrors[0];
  const code = typeof first?.extensions?.["code"] === "string" ? first.extensions["code"] : null;
  const status = (error.response as Response | undefined)?.status ?? 0;
  if (code === "UNAUTHENTICATED" || status === 401) return new AskFault("signedOut", "Sign in again to go on.", code);
  if (first === undefined || (code !== null && PASSING.has(code)) || status >= 500) {
    const wait = first?.extensions?.["retryAfter"] ?? first?.extensions?.["retryAfterSeconds"];
    const message = first?.message ?? "The server cannot be reached.";
    return new AskFault("unreachable", message, code, typeof wait === "number" ? wait : null);
  }
  if (isOutdated(code)) return new AskFault("outdated", OUTDATED, code);
  return new AskFault("refused", first.message, code);
}
