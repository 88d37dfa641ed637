import { useAnswer } from "../../asking/useAnswer";
import type { Desk } from "../../operations";
import { CataloguePage } from "../CataloguePage";
import { ThingRow } from "../ThingRow";
import { useDialogs } from "../useDialogs";
import { ChangeLocation, EndLocation, NewLocation } from "./LocationDialog";
import { LOCATIONS, type LocationFacts } from "./operations";
import { zonesOf } from "./zones";

type Open = { readonly act: "new" } | { readonly act: "change" | "end"; readonly location: LocationFacts };

interface Props {
  readonly desk: Desk;
  /** Other pages list locations too. */
  readonly changed: () => void;
}

/** The sites of the business. */
export function Locations({ desk, changed }: Props) {
  const { data, fault, reload } = useAnswer(LOCATIONS, {});
  const { open, setOpen, said, close, done } = useDialogs<Open>(() => {
    reload();
    changed();
  });
  const found = data?.locations ?? [];
  return (
    <CataloguePage
      desk={desk}
      title="Locations"
      lead="Where classes are held. Each location has its own clock."
      said={said}
      action={
        <button type="button" className="button main" onClick={() => setOpen({ act: "new" })}>
          Add a location
        </button>
      }
    >
      <ul className="lines" aria-label="Locations" aria-busy={data === null}>
        {found.map(location => (
          <ThingRow
            key={location.id}
            name={location.name}
            hint={zonesOf(location)}
            acts={[
              ["Change", () => setOpen({ act: "change", location })],
              ["End", () => setOpen({ act: "end", location })],
            ]}
          />
        ))}
      </ul>
      {fault !== null && <p className="fault">{fault}</p>}
      {data !== null && found.length === 0 && (
        <p className="muted listEnd">There are no locations yet. A class needs one.</p>
      )}
      {open?.act === "new" && <NewLocation others={data?.locations ?? desk.locations} close={close} done={done} />}
      {open?.act === "change" && <ChangeLocation desk={desk} location={open.location} close={close} done={done} />}
      {open?.act === "end" && <EndLocation location={open.location} close={close} done={done} />}
    </CataloguePage>
  );
}
