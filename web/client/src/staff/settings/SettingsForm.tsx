import type { TypedDocumentNode } from "@urql/core";
import { type FormEvent, useState } from "react";
import { counted } from "../../parts/counted";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { SettingField } from "./SettingField";
import type { Section, Spec, Value, Values } from "./specs";
import { valueWords } from "./words";

type Outcome = { readonly __typename: string; readonly code?: string; readonly message?: string };
export type Saving = TypedDocumentNode<Record<string, Outcome | null>, { input: Record<string, Value> }>;

interface Props {
  readonly section: Section;
  readonly saved: Values;
  readonly saving: Saving;
  /** Called after something was saved. */
  readonly done: () => void;
}

/** The settings of one section. Only what was changed is sent, so two people can change different settings at once. */
export function SettingsForm({ section, saved, saving, done }: Props) {
  const [changes, setChanges] = useState<Values>({});
  const [isSaved, setSaved] = useState(false);
  const save = useAct(saving);
  const values = { ...saved, ...changes };
  const changed = section.specs.filter(spec => !isSame(values[spec.name] ?? null, saved[spec.name] ?? null));
  const change = (spec: Spec, value: Value) => {
    setSaved(false);
    save.forget();
    setChanges({ ...changes, [spec.name]: value });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = Object.fromEntries(changed.map(spec => [spec.name, values[spec.name] ?? null]));
    if ((await save.run(input)) === null) return;
    setSaved(true);
    done();
  };
  return (
    <form className="form settingsForm" onSubmit={submit}>
      {section.specs
        .filter(spec => spec.isShown?.(values) ?? true)
        .map(spec => (
          <SettingField key={spec.name} spec={spec} values={values} change={value => change(spec, value)} />
        ))}
      {changed.length > 0 && (
        <ul className="effects" aria-label="What changes">
          {changed.map(spec => (
            <li key={spec.name}>
              {spec.label}: <s>{valueWords(spec, saved[spec.name] ?? null)}</s>{" "}
              <strong>{valueWords(spec, values[spec.name] ?? null)}</strong>
            </li>
          ))}
        </ul>
      )}
      <p role="status" className="muted hint">
        {isSaved && changed.length === 0 ? "Saved. It counts from now on." : ""}
      </p>
      <FormEnd
        act={changed.length === 0 ? "Save" : `Save ${counted(changed.length, "change")}`}
        isBusy={save.isBusy}
        isDisabled={changed.length === 0}
        fault={save.fault}
      />
    </form>
  );
}

function isSame(one: Value, other: Value): boolean {
  // An array comes from the server in another order than from the form.
  const plain = (value: Value) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return Number.isNaN(one) ? false : plain(one) === plain(other);
}
