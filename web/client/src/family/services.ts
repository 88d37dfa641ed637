/** What lives as long as the page: the sign-in of a guardian, and the socket of the streams. */

import { type Ask, asker, LiveSocket, localPlace, lockNamed, SessionKeeper } from "@rollbook/client";
import { leave } from "../account/leave";
import { SIGN_OUT } from "../account/operations";
import { renew, SERVER, STREAMS } from "../account/server";
import { lookForUpdate, noticing } from "../parts/release";

export const session = new SessionKeeper(localPlace("rollbook.family"), renew, lockNamed("rollbook.family"));
export const ask: Ask = noticing(asker(SERVER, session));
export const socket = new LiveSocket(STREAMS, session, lookForUpdate);

export async function signOut(): Promise<void> {
  await ask(SIGN_OUT, {}).catch(() => undefined);
  session.end();
  await leave("/family");
}
