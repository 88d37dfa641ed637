import { useState } from "react";
import type { ResultOf } from "../../graphql";
import { TextField } from "../../parts/Field";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { useTitle } from "../../parts/useTitle";
import { usePages } from "../asking/usePages";
import { useSettled } from "../asking/useSettled";
import { timeslotWords } from "../choosing/timeslots";
import { CLASSES } from "./operations";
import "./catalogue.css";

const pick = (data: ResultOf<typeof CLASSES>) => data.offerings;

/** All classes, appointments and camps, with when and where they meet. */
export function Classes() {
  useTitle("Classes");
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const listing = usePages(CLASSES, { search: search === "" ? null : search }, pick);
  return (
    <main className="page">
      <h1>Classes</h1>
      <div className="searchLine">
        <TextField label="Find a class" type="search" autoComplete="off" value={text} change={setText} />
      </div>
      <ul className="lines" aria-label="Classes" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(one => (
          <li key={one.id} className="line2">
            <span className="lineMain">
              <Link to={`/classes/${one.id}`}>{one.name}</Link>
              <span className="muted hint">
                {[one.timeslots.map(timeslotWords).join(", "), one.location.name].filter(Boolean).join(" · ")}
              </span>
            </span>
            <span className="muted hint">
              {one.instructors.map(who => `${who.firstName} ${who.lastName}`).join(", ")}
            </span>
          </li>
        ))}
      </ul>
      <ListEnd {...listing} nothing={search === "" ? "There are no classes yet." : `No class is called “${search}”.`} />
    </main>
  );
}
