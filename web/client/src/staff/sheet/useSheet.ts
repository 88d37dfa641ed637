import { applyChange, overlay, type Seen, type SheetState, type StreamEnd } from "@rollbook/client";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { actorName } from "../../parts/people";
import { statusWord } from "../../parts/statuses";
import { intentOf, type ParkedAct, type ShownAct } from "../acts";
import { keepSheet, keptSheet } from "../keeping";
import { type Locker, socket } from "../services";
import type { Draft } from "./draft";
import { FOLLOW_SHEET, type SheetChange, type SheetHead, type SheetRow, type Status } from "./operations";

/** What somebody else has just changed in a row. */
export interface Touch {
  readonly revision: number;
  readonly who: string;
}

export interface ShownRow extends Seen<SheetRow, Status> {
  /** Whether the status has been chosen and not submitted. */
  readonly isDraft: boolean;
}

export interface SheetView {
  readonly state: SheetState<SheetRow, SheetHead> | null;
  readonly rows: readonly ShownRow[];
  readonly parked: readonly ParkedAct[];
  readonly touches: ReadonlyMap<string, Touch>;
  /** A sentence about the last change of somebody else, for screen readers. */
  readonly news: string;
  readonly fault: string | null;
  /** Whether the server knows no roll sheet of this id, or cannot read the id. */
  readonly isUnknown: boolean;
  /** When the state was read, while it comes from this device. Null when it is live. */
  readonly keptAt: number | null;
}

interface Followed {
  readonly state: SheetState<SheetRow, SheetHead> | null;
  readonly touches: ReadonlyMap<string, Touch>;
  readonly news: string;
  readonly keptAt: number | null;
}

const UNKNOWN = new Set(["NOT_FOUND", "BAD_USER_INPUT"]);
const NOTHING: Followed = { state: null, touches: new Map(), news: "", keptAt: null };

/** A live roll sheet: the server's rows, under what waits on this device, under the draft. */
export function useSheet(id: string, { outbox, vault, staffMemberId }: Locker, draft: Draft): SheetView {
  const [followed, setFollowed] = useState<Followed>(NOTHING);
  const [end, setEnd] = useState<StreamEnd | null>(null);
  const acts = useSyncExternalStore(outbox.subscribe, outbox.acts);

  useEffect(() => {
    let latest: Followed = NOTHING;
    keptSheet(vault, id).then(kept => {
      if (kept === undefined || latest.state !== null) return;
      latest = { ...NOTHING, state: kept.state, keptAt: kept.at };
      setFollowed(latest);
    });
    return socket.follow(
      FOLLOW_SHEET,
      // What was kept may be old and of another history, so the stream then begins with a snapshot.
      () => {
        const live = latest.keptAt === null ? latest.state : null;
        return { id, after: live?.revision ?? null, history: live?.history ?? null };
      },
      ({ rollSheetChanged: change }) => {
        latest = { ...follow(latest, change, staffMemberId), keptAt: null };
        setFollowed(latest);
        if (latest.state === null) return;
        outbox.reached(id, latest.state.revision);
        void keepSheet(vault, latest.state).catch(() => undefined);
      },
      setEnd,
    );
  }, [id, outbox, vault, staffMemberId]);

  const own = useMemo(() => acts.filter(act => act.occurrenceId === id), [acts, id]);
  const rows = useMemo(() => {
    const entries = followed.state?.entries ?? [];
    const intents = own.filter(isPending).map(act => intentOf(act.input));
    const sent = overlay<Status, SheetRow>(entries, intents);
    const chosen = overlay<Status, SheetRow>(entries, [...intents, draft]);
    return chosen.map((row, at) => ({
      ...row,
      isDraft: row.isWaiting && !(sent[at]?.isWaiting && same(row, sent[at])),
    }));
  }, [followed.state, own, draft]);
  const parked = useMemo(() => own.filter((act): act is ParkedAct => act.state === "parked"), [own]);
  return { ...followed, rows, parked, fault: end?.message ?? null, isUnknown: end !== null && UNKNOWN.has(end.code) };
}

function same(one: Seen<SheetRow, Status>, other: Seen<SheetRow, Status>): boolean {
  return one.status === other.status;
}

/** A parked act has not happened, so the row shows what stands. */
function isPending(act: ShownAct): boolean {
  return act.state !== "parked";
}

function follow(before: Followed, change: SheetChange, ownId: string): Followed {
  const state = applyChange(before.state, change);
  if (state === before.state || change.kind === "SNAPSHOT") return { ...before, state };
  const isOwn = change.changedBy?.__typename === "StaffMember" && change.changedBy.id === ownId;
  if (isOwn || change.kind !== "MARKS") return { ...before, state };
  const who = actorName(change.changedBy);
  const touches = new Map(before.touches);
  for (const entry of change.entries) touches.set(entry.id, { revision: change.revision, who });
  return { ...before, state, touches, news: newsOf(change, who) };
}

function newsOf(change: SheetChange, who: string): string {
  const [first] = change.entries;
  if (first === undefined) return "";
  if (change.entries.length > 1) return `${who} marked ${change.entries.length} students.`;
  const name = `${first.student.firstName} ${first.student.lastName}`;
  return `${name}: ${statusWord(first.mark?.status ?? null)}, by ${who}.`;
}
