import { useState } from "react";
import type { ResultOf } from "../../graphql";
import { TextField } from "../../parts/Field";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { todayIn } from "../../parts/times";
import { usePages } from "../asking/usePages";
import { useSettled } from "../asking/useSettled";
import { meetingWords } from "../choosing/timeslots";
import type { Desk } from "../operations";
import { CataloguePage } from "./CataloguePage";
import { CLASSES } from "./operations";

const pick = (data: ResultOf<typeof CLASSES>) => data.offerings;

/** All classes, appointments and camps, with when and where they meet. */
export function Classes({ desk }: { desk: Desk }) {
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const listing = usePages(CLASSES, { search: search === "" ? null : search }, pick);
  return (
    <CataloguePage
      desk={desk}
      title="Classes"
      lead="Classes, camps and appointments, with when and where they meet."
      action={
        <Link to="/classes/new" className="button main">
          Add a class
        </Link>
      }
    >
      <div className="searchLine">
        <TextField label="Find a class" type="search" autoComplete="off" value={text} change={setText} />
      </div>
      <ul className="lines" aria-label="Classes" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(one => (
          <li key={one.id} className="line2">
            <span className="lineMain">
              <Link to={`/classes/${one.id}`}>{one.name}</Link>
              <span className="muted hint">
                {[meetingWords(one.timeslots, todayIn(one.location.timeZone)), one.location.name]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <span className="muted hint">
              {one.instructors.map(who => `${who.firstName} ${who.lastName}`).join(", ")}
            </span>
          </li>
        ))}
      </ul>
      <ListEnd {...listing} nothing={search === "" ? "There are no classes yet." : `No class is called “${search}”.`} />
    </CataloguePage>
  );
}
