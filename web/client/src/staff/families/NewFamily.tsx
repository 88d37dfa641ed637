import { type FormEvent, useState } from "react";
import type { ResultOf } from "../../graphql";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { Link } from "../../parts/Link";
import { go } from "../../parts/navigation";
import { todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { type Refused, useAct } from "../asking/useAct";
import type { Desk } from "../operations";
import { Duplicates } from "./Duplicates";
import { REGISTER_FAMILY } from "./operations";
import { inputOf, newRegistration, newStudent, type Registration, type StudentDraft } from "./registration";
import { StudentFields } from "./StudentFields";
import "./families.css";

/** Registers a family at the desk in one act: its guardian, its children and their places in classes. */
export function NewFamily({ desk }: { desk: Desk }) {
  useTitle("Register a family");
  const [today] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const [given, setGiven] = useState<Registration>(() => newRegistration(today));
  const register = useAct(REGISTER_FAMILY);
  const duplicates = duplicatesOf(register.refusal);
  const change = (some: Partial<Registration>) => setGiven({ ...given, ...some });
  const setStudent = (key: string, some: Partial<StudentDraft>) =>
    change({ students: given.students.map(one => (one.key === key ? { ...one, ...some } : one)) });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await register.run(inputOf(given, duplicates.length > 0));
    if (done !== null) go(`/families/${done.family.id}`);
  };
  return (
    <main className="page">
      <Link to="/families" className="back">
        ‹ Families
      </Link>
      <h1>Register a family</h1>
      <form className="form registration" onSubmit={submit}>
        <fieldset className="card">
          <legend>Family</legend>
          <Guardian given={given} change={change} />
        </fieldset>
        {given.students.map((one, at) => (
          <fieldset key={one.key} className="card">
            <legend>{given.students.length === 1 ? "Child" : `Child ${at + 1}`}</legend>
            <StudentFields desk={desk} student={one} name={given.name} change={some => setStudent(one.key, some)} />
          </fieldset>
        ))}
        <button
          type="button"
          className="button"
          onClick={() => change({ students: [...given.students, newStudent(today)] })}
        >
          Add another child
        </button>
        {duplicates.length > 0 && <Duplicates key={JSON.stringify(duplicates)} duplicates={duplicates} />}
        <FormEnd
          act={duplicates.length > 0 ? "Register all the same" : "Register"}
          isBusy={register.isBusy}
          fault={duplicates.length > 0 ? null : register.fault}
        />
      </form>
    </main>
  );
}

function duplicatesOf(refusal: Refused<ResultOf<typeof REGISTER_FAMILY>> | null) {
  return refusal !== null && "duplicates" in refusal ? refusal.duplicates : [];
}

function Guardian({ given, change }: { given: Registration; change: (some: Partial<Registration>) => void }) {
  const { guardian } = given;
  const set = (some: Partial<Registration["guardian"]>) => change({ guardian: { ...guardian, ...some } });
  return (
    <div className="form">
      <div className="pair">
        <TextField
          label="Guardian’s first name"
          required
          value={guardian.firstName}
          change={firstName => set({ firstName })}
        />
        <TextField label="Family’s last name" required value={given.name} change={name => change({ name })} />
        <TextField label="Telephone" type="tel" value={guardian.phone} change={phone => set({ phone })} />
        <TextField label="E-mail address" type="email" value={guardian.email} change={email => set({ email })} />
      </div>
    </div>
  );
}
