import { CheckField, Field, SelectField } from "../../parts/Field";
import { MinutesField } from "./MinutesField";
import { NumberInput } from "./NumberInput";
import type { Spec, Value, Values } from "./specs";

interface Props {
  readonly spec: Spec;
  readonly values: Values;
  readonly change: (value: Value) => void;
}

/** The control of one setting, by its kind. */
export function SettingField({ spec, values, change }: Props) {
  const { label, hint } = spec;
  const value = values[spec.name] ?? null;
  switch (spec.kind) {
    case "switch":
      return <CheckField label={label} hint={hint} checked={value === true} change={change} />;
    case "choice":
      return <SelectField label={label} hint={hint} value={String(value)} choices={spec.choices} change={change} />;
    case "several":
      return <Several spec={spec} chosen={value as readonly string[]} change={change} />;
    case "minutes":
      return (
        <MinutesField
          label={label}
          hint={hint}
          least={spec.least}
          most={mostOf(spec.most, values)}
          mayBeEmpty={spec.empty !== undefined}
          value={value as number | null}
          change={change}
        />
      );
    default:
      return (
        <NumberField spec={spec} most={mostOf(spec.most, values)} value={value as number | null} change={change} />
      );
  }
}

function mostOf(most: number | ((values: Values) => number), values: Values): number {
  return typeof most === "number" ? most : most(values);
}

type SpecOfKind<Kind> = Extract<Spec, { readonly kind: Kind }>;

interface NumberProps {
  readonly spec: SpecOfKind<"number" | "minutes">;
  readonly most: number;
  readonly value: number | null;
  readonly change: (value: Value) => void;
}

function NumberField({ spec, most, value, change }: NumberProps) {
  return (
    <Field label={spec.label} hint={spec.hint}>
      {(id, described) => (
        <span className="span">
          <NumberInput
            id={id}
            described={described}
            least={spec.least}
            most={most}
            mayBeEmpty={spec.empty !== undefined}
            value={value}
            change={change}
          />
          <span>{spec.unit}</span>
        </span>
      )}
    </Field>
  );
}

interface SeveralProps {
  readonly spec: SpecOfKind<"several">;
  readonly chosen: readonly string[];
  readonly change: (value: Value) => void;
}

function Several({ spec, chosen, change }: SeveralProps) {
  // In the order of the choices, so that choosing again what was taken away is no change.
  const toggle = (name: string, isOn: boolean) =>
    change(spec.choices.map(([one]) => one).filter(one => (one === name ? isOn : chosen.includes(one))));
  return (
    <fieldset className="several">
      <legend>{spec.label}</legend>
      {spec.choices.map(([name, word]) => (
        <CheckField
          key={name}
          label={word}
          checked={chosen.includes(name)}
          isDisabled={chosen.length === 1 && chosen.includes(name)}
          change={isOn => toggle(name, isOn)}
        />
      ))}
      <p className="muted hint">{spec.hint}</p>
    </fieldset>
  );
}
