import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { ReactNode } from "react";
import type { InputOf } from "../../../parts/useAct";
import { type Done, useAct } from "../../asking/useAct";
import { ActWindow } from "./ActWindow";

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
export function ActDialog<Data, Variables extends AnyVariables>(props: ActProps<Data, Variables>) {
  const { document, input, lacking, children } = props;
  const doing = useAct(document);
  return (
    <ActWindow {...props} doing={doing} isReady={input !== null}>
      {children}
      {input === null && lacking !== undefined && (
        <p className="muted" role="status">
          {lacking}
        </p>
      )}
    </ActWindow>
  );
}
