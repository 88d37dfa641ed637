/** Everything that lives as long as the page: the sign-in, the socket, and the outbox of the person who is signed in. */

import {
  type Ahead,
  type Ask,
  asker,
  channelOf,
  LiveSocket,
  localPlace,
  lockNamed,
  Outbox,
  openAmongTabs,
  ServerClock,
  SessionKeeper,
  Vault,
  VaultPlace,
} from "@rollbook/client";
import { leave } from "../account/leave";
import { SIGN_OUT } from "../account/operations";
import { renew, SERVER, STREAMS } from "../account/server";
import { lookForUpdate, noticing } from "../parts/release";
import type { AttendanceInput, Refusal } from "./acts";
import { sending } from "./sending";

export const session = new SessionKeeper(localPlace("rollbook.staff"), renew, lockNamed("rollbook.staff"));
// What earlier pages have learnt of the server's clock.
const CLOCK = "rollbook.clock";
export const clock = new ServerClock(readAhead(), ahead => write(CLOCK, JSON.stringify(ahead)));
export const ask: Ask = noticing(asker(SERVER, session, clock.fetch));
export const socket = new LiveSocket(STREAMS, session, lookForUpdate);

export type AttendanceOutbox = Outbox<AttendanceInput, Refusal>;

/** What belongs to one person at this device. Another person has another vault and another outbox. */
export interface Locker {
  readonly staffMemberId: string;
  readonly vault: Vault;
  readonly outbox: AttendanceOutbox;
}

// The id of whose work this device keeps, which is needed to open the pages without network.
const PERSON = "rollbook.staff.person";
let opened: Locker | null = null;

export function lockerOf(staffMemberId: string): Locker {
  if (opened?.staffMemberId === staffMemberId) return opened;
  const name = `rollbook.staff.${staffMemberId}`;
  const vault = new Vault(name);
  const place = new VaultPlace<AttendanceInput, Refusal>(vault);
  const outbox = new Outbox<AttendanceInput, Refusal>(place, channelOf(name), sending(ask));
  opened = { staffMemberId, vault, outbox };
  write(PERSON, staffMemberId);
  openAmongTabs(outbox, name);
  addEventListener("beforeunload", event => outbox.hasUnkept() && event.preventDefault());
  socket.subscribe(() => {
    if (socket.connection() === "live") outbox.flush();
  });
  return opened;
}

/** The locker of the person who used these pages last at this device. */
export function lastLocker(): Locker | null {
  const person = localStorage.getItem(PERSON);
  return person === null ? null : lockerOf(person);
}

function readAhead(): Ahead | null {
  try {
    return JSON.parse(localStorage.getItem(CLOCK) ?? "null") as Ahead | null;
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Without storage the pages work as long as there is a network.
  }
}

/** End the session here and at the server, and delete what was kept on this device. */
export async function signOut(): Promise<void> {
  await ask(SIGN_OUT, {}).catch(() => undefined);
  await opened?.vault.forget().catch(() => undefined);
  write(PERSON, null);
  write(CLOCK, null);
  session.end();
  await leave("/");
}
