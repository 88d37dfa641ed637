/** What lives as long as the page: the sign-in of a guardian, and the socket of the streams. */

import { type Ask, asker, LiveSocket, localPlace, lockNamed, SessionKeeper } from "@rollbook/client";
import { leave } from "../account/leave";
import { SIGN_OUT } from "../account/operations";
import { renew, SERVER, STREAMS } from "../account/server";

export const session = new SessionKeeper(localPlace("rollbook.family"), renew, lockNamed("rollbook.family"));
export const ask: Ask = asker(SERVER, session);
export const socket = new LiveSocket(STREAMS, session);

export async function signOut(): Promise<void> {
  await ask(SIGN_OUT, {}).catch(() => undefined);
  session.end();
  await leave("/family");
}
