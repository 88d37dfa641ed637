import { type FormEvent, useState } from "react";
import { Dialog } from "../../../parts/Dialog";
import { TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { useAct } from "../../asking/useAct";
import { useAnswer } from "../../asking/useAnswer";
import { useSettled } from "../../asking/useSettled";
import { FAMILIES, type FamilyFacts } from "../operations";
import { MERGE_FAMILIES, MERGE_FAMILIES_PREVIEW } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Finds another record of the same family, says what would move, and merges it into this one. */
export function MergeFamilies({ family, close, done }: Props) {
  const [text, setText] = useState("");
  const [fromId, setFromId] = useState<string | null>(null);
  const search = useSettled(text.trim());
  const { data, fault, isLoading } = useAnswer(FAMILIES, search === "" ? null : { search, after: null });
  const others = (data?.families.nodes ?? []).filter(one => one.id !== family.id).slice(0, 8);
  const chosen = others.find(one => one.id === fromId) ?? null;
  const preview = useAnswer(MERGE_FAMILIES_PREVIEW, chosen === null ? null : { fromId: chosen.id, intoId: family.id });
  const merge = useAct(MERGE_FAMILIES);
  const found = preview.data?.preview ?? null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null || found === null) return;
    if ((await merge.run({ fromId: chosen.id, intoId: family.id, seen: found.seen })) !== null) done();
    else preview.reload();
  };
  return (
    <Dialog title={`Merge another family into ${family.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <TextField label="Find the other one" type="search" autoComplete="off" value={text} change={setText} />
        <fieldset className="form" aria-busy={isLoading}>
          <legend className="unseen">The family that is merged and then gone</legend>
          {others.map(one => (
            <label key={one.id} className="check">
              <input type="radio" name="from" checked={one.id === fromId} onChange={() => setFromId(one.id)} />
              <span>
                {one.name}
                <span className="muted hint">
                  {[one.students.map(each => each.firstName).join(", "), one.phone ?? one.email]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
            </label>
          ))}
          {search !== "" && !isLoading && others.length === 0 && (
            <p className="muted">{fault ?? `No other family is found by “${search}”.`}</p>
          )}
        </fieldset>
        {chosen !== null && (
          <div className="effects" role="status" aria-busy={preview.isLoading}>
            <p>
              {preview.fault ??
                (found === null ? "Counting …" : `Moves to ${family.name}: ${moved(found.counts)}. This stays so.`)}
            </p>
          </div>
        )}
        <FormEnd
          act="Merge"
          isBusy={merge.isBusy}
          isDisabled={chosen === null || found === null || preview.isLoading}
          fault={merge.fault}
          close={close}
          isDanger
        />
      </form>
    </Dialog>
  );
}

function moved(counts: readonly { readonly name: string; readonly count: number }[]): string {
  const some = counts.filter(one => one.count > 0).map(one => `${one.count} ${one.name.replaceAll("_", " ")}`);
  return some.join(", ") || "nothing";
}
