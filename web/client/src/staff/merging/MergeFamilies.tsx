import { useState } from "react";
import { TextField } from "../../parts/Field";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import { FAMILIES, type FamilyFacts } from "../families/operations";
import { MergeDialog, MOST_OTHERS } from "./MergeDialog";
import { MERGE_FAMILIES, MERGE_FAMILIES_PREVIEW } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Finds another record of the same family, and merges it into this one. */
export function MergeFamilies({ family, close, done }: Props) {
  const [text, setText] = useState("");
  const [fromId, setFromId] = useState<string | null>(null);
  const search = useSettled(text.trim());
  const { data, fault, isLoading } = useAnswer(FAMILIES, search === "" ? null : { search, after: null });
  const others = (data?.families.nodes ?? []).filter(one => one.id !== family.id).slice(0, MOST_OTHERS);
  const chosenId = others.some(one => one.id === fromId) ? fromId : null;
  const preview = useAnswer(MERGE_FAMILIES_PREVIEW, chosenId === null ? null : { fromId: chosenId, intoId: family.id });
  const act = useAct(MERGE_FAMILIES);
  return (
    <MergeDialog
      title={`Merge another family into ${family.name}`}
      lead="Its children and guardians come to this family. The name and the address of this family stay."
      into={family.name}
      search={<TextField label="Find the other one" type="search" autoComplete="off" value={text} change={setText} />}
      others={others.map(one => ({
        id: one.id,
        name: one.name,
        hint: [one.students.map(each => each.firstName).join(", "), one.phone ?? one.email].filter(Boolean).join(" · "),
      }))}
      isSearching={isLoading}
      nobody={search !== "" && !isLoading && others.length === 0 ? (fault ?? nobodyWords(search)) : null}
      chosenId={chosenId}
      choose={setFromId}
      preview={preview}
      isBusy={act.isBusy}
      fault={act.fault}
      merge={seen => act.run({ fromId: chosenId ?? "", intoId: family.id, seen })}
      close={close}
      done={done}
    />
  );
}

function nobodyWords(search: string): string {
  return `No other family is found by “${search}”.`;
}
