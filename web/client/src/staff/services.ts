/** Everything that lives as long as the page: the sign-in, the socket, and the outbox of the person who is signed in. */
import { type Ask, asker, sender } from "../live/ask";
import { Outbox } from "../live/outbox";
import { channelOf, IndexedPlace } from "../live/outboxPlace";
import { localPlace, lockNamed, type Session, SessionKeeper } from "../live/session";
import { LiveSocket } from "../live/socket";
import { type AttendanceInput, type Refusal, sending } from "./acts";
import { REFRESH, SIGN_OUT } from "./operations";

const URL = "/graphql";
const send = sender(URL);

export interface ServerSession {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: string;
}

export function sessionOf(answer: ServerSession): Session {
  return {
    accessToken: answer.accessToken,
    expiresAt: Date.parse(answer.expiresAt),
    refreshToken: answer.refreshToken,
    refreshExpiresAt: Date.parse(answer.refreshExpiresAt),
  };
}

async function renew(token: string): Promise<Session | null> {
  const { refreshSession } = await send(REFRESH, { token });
  if (refreshSession === null) throw new Error("The server did not answer.");
  return refreshSession.__typename === "SignInSuccess" ? sessionOf(refreshSession) : null;
}

export const session = new SessionKeeper(localPlace("rollbook.staff"), renew, lockNamed("rollbook.staff"));
export const askAnybody = send;
export const ask: Ask = asker(URL, session);
export const socket = new LiveSocket(
  `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${URL}`,
  session,
);

export type AttendanceOutbox = Outbox<AttendanceInput, Refusal>;

let opened: { readonly name: string; readonly outbox: AttendanceOutbox; readonly forget: () => Promise<void> } | null =
  null;

/** The outbox of one person. Another person at the same device has another one. */
export function outboxOf(staffMemberId: string): AttendanceOutbox {
  const name = `rollbook.staff.${staffMemberId}`;
  if (opened?.name === name) return opened.outbox;
  const place = new IndexedPlace<AttendanceInput, Refusal>(name);
  const channel = channelOf<AttendanceInput, Refusal>(name);
  const outbox = new Outbox<AttendanceInput, Refusal>(place, channel, sending(ask));
  opened = { name, outbox, forget: () => place.forget() };
  void outbox.open();
  // The lock is held until the page ends; then another tab gets it.
  if ("locks" in navigator) void navigator.locks.request(`${name}.outbox`, () => outbox.lead().then(forEver));
  else void outbox.lead();
  addEventListener("online", () => outbox.flush());
  socket.subscribe(() => {
    if (socket.connection() === "live") outbox.flush();
  });
  return outbox;
}

function forEver(): Promise<never> {
  return new Promise(() => undefined);
}

/** End the session here and at the server, and delete what was kept on this device. */
export async function signOut(): Promise<void> {
  await ask(SIGN_OUT, {}).catch(() => undefined);
  await opened?.forget().catch(() => undefined);
  session.end();
  // Whatever this page holds of the person ends with it.
  location.assign("/");
}
