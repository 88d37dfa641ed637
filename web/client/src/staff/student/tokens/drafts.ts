import type { Defaults, Token } from "./operations";

/** A token as the form has it. An empty text is no choice. */
export interface TokenDraft {
  readonly key: string;
  readonly locationId: string;
  readonly programId: string;
  readonly comment: string;
  readonly issueOn: string;
  readonly expiresOn: string;
  readonly neverExpires: boolean;
  readonly sendEmail: boolean;
}

export function newDraft(defaults: Defaults): TokenDraft {
  return {
    key: crypto.randomUUID(),
    locationId: "",
    programId: "",
    comment: "",
    issueOn: defaults.issueOn,
    expiresOn: defaults.expiresOn ?? "",
    neverExpires: defaults.neverExpires,
    sendEmail: false,
  };
}

export function draftOf(token: Token): TokenDraft {
  return {
    key: token.id,
    locationId: token.location?.id ?? "",
    programId: token.program?.id ?? "",
    comment: token.comment ?? "",
    issueOn: token.issuedOn,
    expiresOn: token.expiresOn ?? "",
    neverExpires: token.expiresOn === null,
    sendEmail: false,
  };
}

export function inputOf(draft: TokenDraft) {
  return {
    locationId: draft.locationId || null,
    programId: draft.programId || null,
    comment: draft.comment.trim() || null,
    issueOn: draft.issueOn || null,
    expiresOn: draft.neverExpires ? null : draft.expiresOn || null,
    neverExpires: draft.neverExpires,
  };
}

/** "Create 2 Tokens & Send 1 Email", as the button says before it happens. */
export function buttonText(drafts: readonly TokenDraft[]): string {
  const tokens = drafts.length;
  const emails = drafts.filter(draft => draft.sendEmail).length;
  const create = `Create ${tokens} ${tokens === 1 ? "Token" : "Tokens"}`;
  return emails === 0 ? create : `${create} & Send ${emails} ${emails === 1 ? "Email" : "Emails"}`;
}
