/** Refusals in the words of these pages. `UserError.code` names them; where a code has no words here, the API's serve. */
const WORDS: Readonly<Record<string, string>> = {
  PERMISSION_DENIED: "You may not do this. Ask somebody who manages the permissions of staff.",
  BACKGROUND_TASK_ENDED: "The task ended before it could be stopped.",
  BACKGROUND_TASK_NOT_ENDED: "The task is still at work. It can be deleted when it has ended.",
  OCCURRENCE_NOT_CANCELLED: "Somebody has restored this class meanwhile.",
  NOTHING_TO_CANCEL: "This class is cancelled or closed already.",
  PAST_IS_FIXED: "Days that have passed stay as they were. Choose a later date.",
};

export function plain(refusal: { readonly message: string; readonly code?: string }): string {
  return WORDS[refusal.code ?? ""] ?? refusal.message;
}
