import { useAnswer } from "../../asking/useAnswer";
import type { Desk } from "../../operations";
import { CataloguePage } from "../CataloguePage";
import { ThingRow } from "../ThingRow";
import { useDialogs } from "../useDialogs";
import { closuresOf } from "./calendars";
import { PROGRAMS, type ProgramFacts } from "./operations";
import { ChangeProgram, EndProgram, NewProgram } from "./ProgramDialog";

type Open = { readonly act: "new" } | { readonly act: "change" | "end"; readonly program: ProgramFacts };

/** The families of classes, with the closures that they follow. */
export function Programs({ desk }: { desk: Desk }) {
  const { data, fault, reload } = useAnswer(PROGRAMS, {});
  const { open, setOpen, said, close, done } = useDialogs<Open>(reload);
  const found = data?.programs ?? [];
  const calendars = data?.blackoutSchedules ?? [];
  return (
    <CataloguePage
      desk={desk}
      title="Programs"
      lead="Families of classes, such as “Swim”. Makeups can be kept within a program, and its classes close together."
      said={said}
      action={
        <button type="button" className="button main" onClick={() => setOpen({ act: "new" })}>
          Add a program
        </button>
      }
    >
      <ul className="lines" aria-label="Programs" aria-busy={data === null}>
        {found.map(program => (
          <ThingRow
            key={program.id}
            name={program.name}
            hint={closuresOf(program)}
            acts={[
              ["Change", () => setOpen({ act: "change", program })],
              ["End", () => setOpen({ act: "end", program })],
            ]}
          />
        ))}
      </ul>
      {fault !== null && <p className="fault">{fault}</p>}
      {data !== null && found.length === 0 && (
        <p className="muted listEnd">There are no programs yet. A class can do without one.</p>
      )}
      {open?.act === "new" && <NewProgram calendars={calendars} close={close} done={done} />}
      {open?.act === "change" && (
        <ChangeProgram desk={desk} program={open.program} calendars={calendars} close={close} done={done} />
      )}
      {open?.act === "end" && <EndProgram program={open.program} close={close} done={done} />}
    </CataloguePage>
  );
}
