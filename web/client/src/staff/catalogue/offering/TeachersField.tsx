import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { TextField } from "../../../parts/Field";
import { usePages } from "../../asking/usePages";
import { useSettled } from "../../asking/useSettled";
import { TEACHERS } from "./operations";
import { SeveralField } from "./SeveralField";

export interface Teacher {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
}

interface Props {
  readonly chosen: readonly Teacher[];
  readonly change: (chosen: readonly Teacher[]) => void;
}

const pick = (data: ResultOf<typeof TEACHERS>) => data.staffMembers;

/** Chooses who teaches: those who are chosen already, and those who are found. */
export function TeachersField({ chosen, change }: Props) {
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const { nodes, hasMore, isLoading, fault, more } = usePages(
    TEACHERS,
    { search: search === "" ? null : search },
    pick,
  );
  const found = nodes ?? [];
  const offered = [...chosen.filter(one => found.every(({ id }) => id !== one.id)), ...found];
  const nothing = search === "" ? "There is nobody of the staff yet." : `Nobody is found by “${search}”.`;
  return (
    <div className="teachers" aria-busy={isLoading}>
      <SeveralField
        label="Taught by"
        nothing={fault ?? (nodes === null ? "Reading …" : nothing)}
        chosen={chosen.map(({ id }) => id)}
        choices={offered.map(one => [one.id, nameOf(one)] as const)}
        change={ids => change(offered.filter(({ id }) => ids.includes(id)))}
      />
      {(hasMore || text !== "") && (
        <div className="teachersFound">
          <TextField label="Find somebody who teaches" type="search" autoComplete="off" value={text} change={setText} />
          {hasMore && (
            <button type="button" className="button quiet flush" disabled={isLoading} onClick={more}>
              Show more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function nameOf({ firstName, lastName }: Teacher): string {
  return `${firstName} ${lastName}`;
}
