/** The marks that somebody has chosen and not submitted yet. They survive a reload of the tab. */
import type { Status } from "./operations";

export interface DraftMark {
  readonly studentId: string;
  readonly status: Status | null;
  /** The revision that the person saw when they chose. */
  readonly seen: number;
}

export interface Draft {
  readonly marks: readonly DraftMark[];
  readonly rest: Status | null;
}

export const NO_DRAFT: Draft = { marks: [], rest: null };

export function isEmpty(draft: Draft): boolean {
  return draft.marks.length === 0 && draft.rest === null;
}

export function withMark(draft: Draft, mark: DraftMark): Draft {
  return { ...draft, marks: [...draft.marks.filter(one => one.studentId !== mark.studentId), mark] };
}

export function without(draft: Draft, studentId: string): Draft {
  return { ...draft, marks: draft.marks.filter(one => one.studentId !== studentId) };
}

/**
 * The revision to submit the draft with: the present one, unless somebody else has changed a row to another value since
 * the person chose. Then it is what the person saw, so that the server asks about the conflict.
 */
export function seenRevision(
  draft: Draft,
  present: number,
  rows: ReadonlyArray<{ studentId: string; status: Status | null; revision: number }>,
): number {
  const byStudent = new Map(rows.map(row => [row.studentId, row]));
  const overtaken = draft.marks.filter(mark => {
    const row = byStudent.get(mark.studentId);
    return row !== undefined && row.revision > mark.seen && row.status !== mark.status;
  });
  return Math.min(present, ...overtaken.map(mark => mark.seen));
}

export function readDraft(sheetId: string): Draft {
  try {
    const text = sessionStorage.getItem(`draft ${sheetId}`);
    return text === null ? NO_DRAFT : (JSON.parse(text) as Draft);
  } catch {
    return NO_DRAFT;
  }
}

export function writeDraft(sheetId: string, draft: Draft): void {
  try {
    if (isEmpty(draft)) sessionStorage.removeItem(`draft ${sheetId}`);
    else sessionStorage.setItem(`draft ${sheetId}`, JSON.stringify(draft));
  } catch {
    // A full storage: the draft lasts as long as the page.
  }
}
