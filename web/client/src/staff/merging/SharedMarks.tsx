import { STATUS_WORDS } from "../../parts/statuses";
import { plainDate } from "../../parts/times";
import { useAnswer } from "../asking/useAnswer";
import "./merging.css";
import { type Kept, SHARED_CLASSES, type SharedMark } from "./operations";

interface Props {
  readonly marks: readonly SharedMark[];
  readonly kept: Kept;
  readonly keep: (kept: Kept) => void;
}

// The API names at most so many objects in one request.
const MOST_NAMED = 100;

/** Classes at which both records have a mark. Where the marks differ, somebody says which one is true. */
export function SharedMarks({ marks, kept, keep }: Props) {
  const differing = marks.filter(one => one.mustBeChosen);
  const ids = differing.slice(0, MOST_NAMED).map(one => one.occurrenceId);
  const { data } = useAnswer(SHARED_CLASSES, ids.length === 0 ? null : { ids });
  const names = new Map(data?.nodes.flatMap(one => (one && "offering" in one ? [[one.id, one.offering.name]] : [])));
  if (differing.length === 0) return null;
  return (
    <>
      <p>Both records have a mark on these dates. Choose the one that is right.</p>
      {differing.map(({ occurrenceId, date, fromStatus, intoStatus }) => (
        <fieldset key={occurrenceId} className="sharedMark">
          <legend>{[plainDate(date), names.get(occurrenceId)].filter(Boolean).join(" · ")}</legend>
          {(["INTO", "FROM"] as const).map(side => (
            <label key={side} className="check">
              <input
                type="radio"
                name={occurrenceId}
                checked={kept[occurrenceId] === side}
                onChange={() => keep({ ...kept, [occurrenceId]: side })}
              />
              <span>
                {STATUS_WORDS[side === "INTO" ? intoStatus : fromStatus]}
                <span className="muted hint">{side === "INTO" ? "On this record" : "On the other record"}</span>
              </span>
            </label>
          ))}
        </fieldset>
      ))}
    </>
  );
}
