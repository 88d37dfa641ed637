import type { FormEvent } from "react";
import { counted } from "../../parts/counted";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { wordsOf } from "./GroupChoice";
import { DELETE_GROUP, type Group } from "./operations";

interface Props {
  readonly group: Group;
  readonly close: () => void;
  readonly done: () => void;
}

export function DeleteGroupDialog({ group, close, done }: Props) {
  const remove = useAct(DELETE_GROUP);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await remove.run({ permissionGroupId: group.id })) !== null) done();
  };
  const who =
    group.memberCount === 0
      ? "Nobody is in the group."
      : `${counted(group.memberCount, "member")} of the group ${group.memberCount === 1 ? "loses" : "lose"} what it gives: ${wordsOf(group.permissions)}.`;
  return (
    <Dialog title={`Delete ${group.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <p>{who}</p>
        <FormEnd act="Delete the group" isDanger isBusy={remove.isBusy} fault={remove.fault} close={close} />
      </form>
    </Dialog>
  );
}
