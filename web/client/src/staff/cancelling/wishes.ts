/** What somebody chooses when they cancel a class. */
export interface Wishes {
  readonly comment: string;
  readonly notify: boolean;
  readonly withTokens: boolean;
  readonly expiry: "settings" | "date" | "never";
  readonly expiresOn: string;
  readonly overrideLimit: boolean;
  readonly tokenEmails: boolean;
}

export const NO_WISHES: Wishes = {
  comment: "",
  notify: false,
  withTokens: false,
  expiry: "settings",
  expiresOn: "",
  overrideLimit: false,
  tokenEmails: false,
};

export function inputOf(occurrenceId: string, wishes: Wishes) {
  const createTokens = {
    expiresOn: wishes.expiry === "date" ? wishes.expiresOn : null,
    neverExpires: wishes.expiry === "never",
    overrideLimit: wishes.overrideLimit,
    sendEmails: wishes.tokenEmails,
  };
  return {
    occurrenceIds: [occurrenceId],
    comment: wishes.comment.trim() === "" ? null : wishes.comment,
    notify: wishes.notify,
    createTokens: wishes.withTokens ? createTokens : null,
  };
}
