import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import type { Answer } from "../asking/useAnswer";
import { effectWords } from "./effectWords";
import type { Kept, MergeEffect } from "./operations";
import { SharedMarks } from "./SharedMarks";

export interface Other {
  readonly id: string;
  readonly name: string;
  /** What tells two of one name apart. */
  readonly hint: string;
}

/** How many are offered, so that what would happen is on the screen with them. */
export const MOST_OTHERS = 5;

interface Props {
  readonly title: string;
  /** What stays as it is, and what the other one becomes. */
  readonly lead: string;
  /** The name of the one that is left. */
  readonly into: string;
  /** The field that finds others, where there may be many. */
  readonly search?: ReactNode;
  readonly others: readonly Other[];
  readonly isSearching?: boolean;
  /** Said while there are no others. */
  readonly nobody: string | null;
  readonly chosenId: string | null;
  readonly choose: (id: string) => void;
  readonly preview: Answer<{ readonly preview: MergeEffect }>;
  readonly isBusy: boolean;
  readonly fault: string | null;
  /** Resolves to null when nothing was merged. */
  readonly merge: (seen: string, kept: Kept) => Promise<unknown>;
  readonly close: () => void;
  readonly done: () => void;
}

/** Chooses another record of the same family or person, says what would move, and merges it. */
export function MergeDialog(props: Props) {
  const { into, others, chosenId, preview } = props;
  const [kept, keep] = useState<Kept>({});
  // After a fault, the answer is still the one about the record that was chosen before.
  const found = preview.fault === null ? (preview.data?.preview ?? null) : null;
  const isPossible = found !== null && found.usedTokenIds.length === 0;
  const isChosen = found?.sharedMarks.every(one => !one.mustBeChosen || one.occurrenceId in kept) ?? false;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (found === null) return;
    if ((await props.merge(found.seen, kept)) !== null) props.done();
    else preview.reload();
  };
  return (
    <Dialog title={props.title} close={props.close}>
      <form className="form" onSubmit={submit}>
        <p className="muted">{props.lead}</p>
        {props.search}
        <fieldset className="form" aria-busy={props.isSearching}>
          <legend className="unseen">The record that is merged and then gone</legend>
          {others.map(one => (
            <label key={one.id} className="check">
              <input
                type="radio"
                name="from"
                checked={one.id === chosenId}
                onChange={() => {
                  keep({});
                  props.choose(one.id);
                }}
              />
              <span>
                {one.name}
                <span className="muted hint">{one.hint}</span>
              </span>
            </label>
          ))}
          {props.search !== undefined && others.length === MOST_OTHERS && (
            <p className="muted hint">If the other record is not here, type more.</p>
          )}
          {props.nobody !== null && <p className="muted">{props.nobody}</p>}
        </fieldset>
        {chosenId !== null && (
          <div className="effects" role="status" aria-busy={preview.isLoading}>
            {preview.fault !== null && (
              <p>
                {preview.fault}{" "}
                <button type="button" className="button" onClick={preview.reload}>
                  Try again
                </button>
              </p>
            )}
            {preview.fault === null && found === null && <p>Counting …</p>}
            {found !== null && effectWords(found, into).map(one => <p key={one}>{one}</p>)}
          </div>
        )}
        {chosenId !== null && isPossible && found.sharedMarks.length > 0 && (
          <SharedMarks marks={found.sharedMarks} kept={kept} keep={keep} />
        )}
        <FormEnd
          act="Merge"
          isBusy={props.isBusy}
          isDisabled={chosenId === null || !isPossible || !isChosen || preview.isLoading}
          fault={props.fault}
          close={props.close}
          isDanger
        />
      </form>
    </Dialog>
  );
}
