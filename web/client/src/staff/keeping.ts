/** What the device keeps for work without network: the person, the day's list and its roll sheets. */

import type { SheetState, Vault } from "@rollbook/client";
import type { ResultOf } from "../graphql";
import { type Card, DAY_SHEETS } from "./day/operations";
import { ask } from "./services";
import type { SheetHead, SheetRow } from "./sheet/operations";

export interface KeptSheet {
  readonly date: string;
  /** When the server's state was read, in milliseconds since 1970. */
  readonly at: number;
  readonly state: SheetState<SheetRow, SheetHead>;
}

export interface KeptDay {
  readonly cards: readonly Card[];
}

// Texts about health and notes are shown, but never kept on the device.
const SECRET = new Set(["MEDICAL_ALERT", "NOTES", "ROLL_SHEET_COMMENT"]);

/** Read all roll sheets of a day and keep them. Other days are dropped. */
export async function keepDay(vault: Vault, date: string): Promise<void> {
  const { daySheets } = await ask(DAY_SHEETS, { date });
  await vault.discard(name => /^(day|sheet) /.test(name) && !name.startsWith(`day ${date}`));
  await vault.keep(`day ${date}`, { cards: daySheets } satisfies KeptDay);
  for (const found of daySheets) await keepSheet(vault, stateOf(found));
}

type DaySheet = ResultOf<typeof DAY_SHEETS>["daySheets"][number];

function stateOf({ roster, ...occurrence }: DaySheet): SheetState<SheetRow, SheetHead> {
  // Without the identity of the history, a stream begins with a snapshot.
  const entries = roster.map(row => ({
    ...row,
    mark: row.mark && { ...row.mark, note: null },
    indicators: row.indicators.map(one => ({ ...one, detail: null })),
  }));
  return { revision: occurrence.revision, history: "", occurrence, entries };
}

export async function keepSheet(vault: Vault, state: SheetState<SheetRow, SheetHead>): Promise<void> {
  const { occurrence } = state;
  const kept: KeptSheet = {
    date: occurrence.date,
    at: Date.now(),
    state: { ...state, entries: state.entries.map(withoutSecrets) },
  };
  await vault.keep(`sheet ${occurrence.id}`, kept);
}

export function withoutSecrets(row: SheetRow): SheetRow {
  return {
    ...row,
    mark: row.mark && { ...row.mark, note: null },
    indicators: row.indicators.map(one => (SECRET.has(one.kind) ? { ...one, detail: null } : one)),
  };
}

export function keptSheet(vault: Vault, id: string): Promise<KeptSheet | undefined> {
  return vault.find<KeptSheet>(`sheet ${id}`).catch(() => undefined);
}

export function keptDay(vault: Vault, date: string): Promise<KeptDay | undefined> {
  return vault.find<KeptDay>(`day ${date}`).catch(() => undefined);
}
