import type { FormEvent, ReactNode } from "react";
import { Dialog } from "../../../parts/Dialog";
import { FormEnd } from "../../../parts/FormEnd";

interface Doing<Input, Result> {
  readonly run: (input: Input) => Promise<Result | null>;
  readonly isBusy: boolean;
  readonly fault: string | null;
}

interface Props<Input, Result> {
  readonly title: string;
  readonly doing: Doing<Input, Result>;
  readonly input: Input | null;
  readonly isReady: boolean;
  readonly act: string;
  readonly isDanger?: boolean | undefined;
  readonly close: () => void;
  readonly done: (result: Result) => void;
  readonly children: ReactNode;
}

/** A window with a form that does one act. */
export function ActWindow<Input, Result>(props: Props<Input, Result>) {
  const { title, doing, input, isReady, act, isDanger = false, close, done, children } = props;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const result = input === null ? null : await doing.run(input);
    if (result !== null) done(result);
  };
  return (
    <Dialog title={title} close={close}>
      <form className="form" onSubmit={submit}>
        {children}
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
