/** What lives as long as the page: the device's sign-in, and the outbox of its check-ins. */
import {
  type Ask,
  asker,
  channelOf,
  localPlace,
  lockNamed,
  Outbox,
  openAmongTabs,
  ServerClock,
  SessionKeeper,
  Vault,
  VaultPlace,
} from "@rollbook/client";
import { SERVER } from "../account/server";
import { noticing } from "../parts/release";
import { type KioskInput, type KioskRefusal, sending } from "./sending";

const NAME = "rollbook.kiosk";

/** A kiosk's token cannot be renewed: when it ends or is revoked, staff launch the kiosk anew. */
export const device = new SessionKeeper(localPlace(NAME), async () => null, lockNamed(NAME));
export const clock = new ServerClock();
export const ask: Ask = noticing(asker(SERVER, device, clock.fetch));
export const vault = new Vault(NAME);

export type KioskOutbox = Outbox<KioskInput, KioskRefusal>;
export const outbox: KioskOutbox = new Outbox(new VaultPlace(vault), channelOf(NAME), sending(ask));

let isOpen = false;

export function openOutbox(): void {
  if (isOpen) return;
  isOpen = true;
  openAmongTabs(outbox, NAME);
}

/** Become the kiosk that staff have launched on this device. */
export function install(deviceToken: string, expiresAt: string): void {
  const ends = Date.parse(expiresAt);
  device.begin({ accessToken: deviceToken, expiresAt: ends, refreshToken: "", refreshExpiresAt: ends });
}
