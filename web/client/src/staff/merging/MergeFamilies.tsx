import { TextField } from "../../parts/Field";
import { useAct } from "../asking/useAct";
import type { FamilyFacts } from "../families/operations";
import { MergeDialog } from "./MergeDialog";
import { MERGE_FAMILIES, MERGE_FAMILIES_PREVIEW, SAME_FAMILIES } from "./operations";
import { useOthers } from "./useOthers";

interface Props {
  readonly family: FamilyFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Finds another record of the same family, and merges it into this one. */
export function MergeFamilies({ family, close, done }: Props) {
  const { text, setText, found, dialog } = useOthers({
    intoId: family.id,
    firstText: "",
    noun: "family",
    same: SAME_FAMILIES,
    preview: MERGE_FAMILIES_PREVIEW,
  });
  const act = useAct(MERGE_FAMILIES);
  return (
    <MergeDialog
      {...dialog}
      title={`Merge another family into ${family.name}`}
      lead="Its children and guardians come to this family. The name and the address of this family stay."
      into={family.name}
      search={<TextField label="Find the other one" type="search" autoComplete="off" value={text} change={setText} />}
      others={found.map(one => ({
        id: one.id,
        name: one.name,
        hint: [one.students.map(each => each.firstName).join(", "), one.phone ?? one.email].filter(Boolean).join(" · "),
      }))}
      isBusy={act.isBusy}
      fault={act.fault}
      merge={seen => act.run({ fromId: dialog.chosenId ?? "", intoId: family.id, seen })}
      close={close}
      done={done}
    />
  );
}
