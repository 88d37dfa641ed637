import type { ReactNode } from "react";

interface Props {
  readonly isBusy: boolean;
  readonly isDisabled?: boolean;
  readonly isDanger?: boolean;
  readonly children: ReactNode;
}

/** The button that sends a form. While the form is being sent it keeps the focus and does nothing. */
export function SubmitButton({ isBusy, isDisabled = false, isDanger = false, children }: Props) {
  return (
    <button
      type="submit"
      className={`button main ${isDanger ? "danger" : ""}`}
      disabled={isDisabled}
      // A browser takes the focus away from a button that becomes disabled, and never gives it back.
      aria-disabled={isBusy}
      onClick={event => isBusy && event.preventDefault()}
    >
      {children}
    </button>
  );
}
