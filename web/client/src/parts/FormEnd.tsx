import { SubmitButton } from "./SubmitButton";

interface Props {
  /** What the button says. */
  readonly act: string;
  readonly isBusy: boolean;
  readonly fault: string | null;
  readonly close?: (() => void) | undefined;
  readonly isDisabled?: boolean;
  readonly isDanger?: boolean;
}

/** The end of a form: why it did not work, and its buttons. */
export function FormEnd({ act, isBusy, fault, close, isDisabled = false, isDanger = false }: Props) {
  return (
    <>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="formEnd">
        {close !== undefined && (
          <button type="button" className="button quiet" onClick={close}>
            Leave it
          </button>
        )}
        <SubmitButton isBusy={isBusy} isDisabled={isDisabled} isDanger={isDanger}>
          {act}
        </SubmitButton>
      </div>
    </>
  );
}
