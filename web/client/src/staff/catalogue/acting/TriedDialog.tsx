import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { FormEvent } from "react";
import { Dialog } from "../../../parts/Dialog";
import { FormEnd } from "../../../parts/FormEnd";
import type { ActProps } from "./ActDialog";
import { Effect } from "./Effect";
import type { CatalogueEffect } from "./effects";
import { useTried } from "./useTried";

interface Props<Data, Variables extends AnyVariables> extends ActProps<Data, Variables> {
  readonly preview: TypedDocumentNode<{ readonly preview: CatalogueEffect }, Variables>;
  /** What the form still needs, said while the input is null. */
  readonly lacking: string;
}

/** A window with a form whose effect on dates, students and families is shown before it happens. */
export function TriedDialog<Data, Variables extends AnyVariables>(props: Props<Data, Variables>) {
  const { title, input, act, isDanger = false, close, done, children } = props;
  const { preview, doing, isReady } = useTried(props.preview, props.document, input);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const result = input === null ? null : await doing.run(input);
    if (result !== null) done(result);
  };
  return (
    <Dialog title={title} close={close}>
      <form className="form" onSubmit={submit}>
        {children}
        <Effect preview={preview} lacking={input === null ? props.lacking : null} />
        <FormEnd
          act={act}
          isBusy={doing.isBusy}
          isDisabled={!isReady}
          fault={doing.fault}
          close={close}
          isDanger={isDanger}
        />
      </form>
    </Dialog>
  );
}
