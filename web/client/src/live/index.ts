/** A live roll sheet that works without network: everything that a client of Rollbook's API needs for it. */
export { gql, type TypedDocumentNode } from "@urql/core";
export { type Ask, AskFault, asker, type FaultKind, isOutdated, sender } from "./ask.ts";
export { type Ahead, ServerClock } from "./clock.ts";
export { textOf, textsOf } from "./document.ts";
export {
  type Act,
  type Kept,
  Outbox,
  type OutboxPlace,
  type Outcome,
  type Parked,
  type Send,
  type Settled,
  type Shown,
  type Tabs,
  type Told,
  type Waiting,
} from "./outbox.ts";
export { channelOf, openAmongTabs, VaultPlace } from "./outboxPlace.ts";
export {
  type Exclusively,
  localPlace,
  lockNamed,
  type Renew,
  type Session,
  SessionKeeper,
  type SessionPlace,
} from "./session.ts";
export { type Connection, LiveSocket, type StreamEnd } from "./socket.ts";
export {
  applyChange,
  byName,
  type Change,
  type Intent,
  type Named,
  overlay,
  type Row,
  type Seen,
  type SheetState,
} from "./store.ts";
export { type Sealed, Vault } from "./vault.ts";
