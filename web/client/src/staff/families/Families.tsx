import { useState } from "react";
import type { ResultOf } from "../../graphql";
import { TextField } from "../../parts/Field";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { useTitle } from "../../parts/useTitle";
import { usePages } from "../asking/usePages";
import { useSettled } from "../asking/useSettled";
import { FAMILIES } from "./operations";
import "./families.css";

const pick = (data: ResultOf<typeof FAMILIES>) => data.families;

/** All families, found by a part of a name, an address or a number. */
export function Families() {
  useTitle("Families");
  const [text, setText] = useState("");
  const search = useSettled(text.trim());
  const listing = usePages(FAMILIES, { search: search === "" ? null : search }, pick);
  return (
    <main className="page">
      <div className="toolbar">
        <h1>Families</h1>
        <Link to="/families/new" className="button main">
          Register a family
        </Link>
      </div>
      <TextField label="Find a family" type="search" autoComplete="off" value={text} change={setText} />
      <ul className="lines familyLines" aria-label="Families" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(family => (
          <li key={family.id} className="line2">
            <span className="lineMain">
              <Link to={`/families/${family.id}`}>{family.name}</Link>
              <span className="muted hint">
                {family.students.map(one => `${one.firstName} ${one.lastName}`).join(", ") || "No students"}
              </span>
            </span>
            <span className="muted hint">{family.phone ?? family.email}</span>
          </li>
        ))}
      </ul>
      <ListEnd
        {...listing}
        nothing={search === "" ? "There are no families yet." : `No family is found by “${search}”.`}
      />
    </main>
  );
}
