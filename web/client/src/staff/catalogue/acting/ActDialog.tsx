import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { FormEvent, ReactNode } from "react";
import { Dialog } from "../../../parts/Dialog";
import { FormEnd } from "../../../parts/FormEnd";
import type { InputOf } from "../../../parts/useAct";
import { type Done, useAct } from "../../asking/useAct";

export interface ActProps<Data, Variables> {
  readonly title: string;
  readonly document: TypedDocumentNode<Data, Variables>;
  /** Null while the form is not complete. */
  readonly input: InputOf<Variables> | null;
  /** What the form still needs, said while the input is null. */
  readonly lacking?: string;
  /** What the button says. */
  readonly act: string;
  readonly isDanger?: boolean;
  readonly close: () => void;
  readonly done: (result: Done<Data>) => void;
  readonly children?: ReactNode;
}

/** A window with a form whose act moves no dates. */
export function ActDialog<Data, Variables extends AnyVariables>({
  title,
  document,
  input,
  lacking,
  act,
  isDanger = false,
  close,
  done,
  children,
}: ActProps<Data, Variables>) {
  const doing = useAct(document);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const result = input === null ? null : await doing.run(input);
    if (result !== null) done(result);
  };
  return (
    <Dialog title={title} close={close}>
      <form className="form" onSubmit={submit}>
        {children}
        {input === null && lacking !== undefined && (
          <p className="muted" role="status">
            {lacking}
          </p>
        )}
        <FormEnd
          act={act}
          isBusy={doing.isBusy}
          isDisabled={input === null}
          fault={doing.fault}
          close={close}
          isDanger={isDanger}
        />
      </form>
    </Dialog>
  );
}
