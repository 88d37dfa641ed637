import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { ActProps } from "./ActDialog";
import { ActWindow } from "./ActWindow";
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
  const { input, children } = props;
  const { preview, doing, isReady } = useTried(props.preview, props.document, input);
  return (
    <ActWindow {...props} doing={doing} isReady={isReady}>
      {children}
      <Effect preview={preview} lacking={input === null ? props.lacking : null} />
    </ActWindow>
  );
}
