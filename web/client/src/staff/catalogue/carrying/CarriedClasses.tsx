import { AskFault } from "@rollbook/client";
import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { counted } from "../../../parts/counted";
import { FormEnd } from "../../../parts/FormEnd";
import { ListEnd } from "../../../parts/ListEnd";
import { plain } from "../../asking/refusals";
import { useAct } from "../../asking/useAct";
import { useAnswer } from "../../asking/useAnswer";
import { usePages } from "../../asking/usePages";
import { CarriedRow } from "./CarriedRow";
import { CARRY_OVER, CARRY_OVER_PREVIEW, type CarriedClass, NAMED } from "./operations";

interface Props {
  readonly input: { readonly fromSessionId: string; readonly toSessionId: string; readonly withEnrollments: boolean };
  /** Gets the id of the task that carries the classes over. */
  readonly begun: (taskId: string) => void;
}

/** The API takes at most so many chosen classes, and so many ids. */
const MOST = 100;

function pick({ preview }: ResultOf<typeof CARRY_OVER_PREVIEW>) {
  if (preview.__typename === "CarryOverPreview") return preview.classes;
  throw new AskFault("refused", plain(preview));
}

/** What would be made of each class, with a choice of classes. */
export function CarriedClasses({ input, begun }: Props) {
  const listing = usePages(CARRY_OVER_PREVIEW, { input }, pick);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const carry = useAct(CARRY_OVER);
  const all = listing.nodes ?? [];
  const possible = all.filter(one => one.refusal === null);
  const chosen = possible.filter(one => !left.has(one.offeringId)).map(one => one.offeringId);
  const isWhole = left.size === 0;
  const named = useAnswer(NAMED, all.length === 0 ? null : idsOf(all)).data;
  const toggle = (id: string) => setLeft(before => new Set(before.has(id) ? without(before, id) : [...before, id]));
  const run = async () => {
    const done = await carry.run(isWhole ? input : { ...input, offeringIds: chosen });
    if (done !== null) begun(done.backgroundTaskId);
  };
  return (
    <section className="group" aria-label="Classes to carry over">
      <h2>Classes</h2>
      <ul className="lines" aria-busy={listing.isLoading}>
        {all.map(one => (
          <CarriedRow
            key={one.offeringId}
            carried={one}
            named={named}
            isChosen={!left.has(one.offeringId)}
            toggle={() => toggle(one.offeringId)}
          />
        ))}
      </ul>
      <ListEnd {...listing} nothing="No class is in this session." />
      {all.length > 0 && (
        <>
          {!isWhole && listing.hasMore && (
            <p className="muted listEnd">Only classes that are shown here and chosen are carried over.</p>
          )}
          {!isWhole && chosen.length > MOST && (
            <p className="fault">At most {MOST} classes can be chosen one by one. Choose all, or fewer.</p>
          )}
          <form
            className="carryEnd"
            onSubmit={event => {
              event.preventDefault();
              void run();
            }}
          >
            <FormEnd
              act={
                isWhole && listing.hasMore
                  ? "Carry all classes over"
                  : `Carry ${counted(chosen.length, "class", "classes")} over`
              }
              isBusy={carry.isBusy}
              isDisabled={listing.isLoading || chosen.length === 0 || (!isWhole && chosen.length > MOST)}
              fault={carry.fault}
            />
          </form>
        </>
      )}
    </section>
  );
}

function without(ids: ReadonlySet<string>, id: string): readonly string[] {
  return [...ids].filter(one => one !== id);
}

/** The newest page can name more than the API answers at once; the rest stays without a name. */
function idsOf(all: readonly CarriedClass[]) {
  const students = all.flatMap(one => one.studentsLeftBehind.map(each => each.studentId));
  return {
    offerings: all.slice(-MOST).map(one => one.offeringId),
    students: [...new Set(students)].slice(0, MOST),
  };
}
