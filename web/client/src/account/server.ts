/** The server as anybody can ask it, and the sessions that it gives. */
import { type Session, sender } from "@rollbook/client";
import { noticing } from "../parts/release";
import { REFRESH } from "./operations";

export const SERVER = "/graphql";
export const STREAMS = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${SERVER}`;
export const askAnybody = noticing(sender(SERVER));

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

export async function renew(token: string): Promise<Session | null> {
  const { refreshSession } = await askAnybody(REFRESH, { token });
  if (refreshSession === null) throw new Error("The server did not answer.");
  return refreshSession.__typename === "SignInSuccess" ? sessionOf(refreshSession) : null;
}
