import { useState } from "react";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import type { FamilyFacts, GuardianFacts } from "../families/operations";
import { MergeDialog } from "./MergeDialog";
import { MERGE_GUARDIANS, MERGE_GUARDIANS_PREVIEW } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  readonly guardian: GuardianFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Merges another record of the same guardian. Guardians of two families come together when the families do. */
export function MergeGuardians({ family, guardian, close, done }: Props) {
  const [fromId, setFromId] = useState<string | null>(null);
  const preview = useAnswer(MERGE_GUARDIANS_PREVIEW, fromId === null ? null : { fromId, intoId: guardian.id });
  const act = useAct(MERGE_GUARDIANS);
  const name = `${guardian.firstName} ${guardian.lastName}`;
  return (
    <MergeDialog
      title={`Who is the same person as ${name}?`}
      lead={`The name of ${name} stays. The e-mail address and password of the other record are taken where ${guardian.firstName} has none.`}
      into={name}
      others={family.guardians
        .filter(one => one.id !== guardian.id)
        .map(one => ({
          id: one.id,
          name: `${one.firstName} ${one.lastName}`,
          hint: [...one.phones, one.email].filter(Boolean).join(" · ") || "No number or address",
        }))}
      nobody={null}
      chosenId={fromId}
      choose={setFromId}
      preview={preview}
      isBusy={act.isBusy}
      fault={act.fault}
      merge={seen => act.run({ fromId: fromId ?? "", intoId: guardian.id, seen })}
      close={close}
      done={done}
    />
  );
}
