import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import "./forms.css";

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly children: (id: string, described: string | undefined) => ReactNode;
}

/** A label over a control, with a hint below. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hint === undefined ? undefined : `${id}-hint`)}
      {hint !== undefined && (
        <span id={`${id}-hint`} className="muted hint">
          {hint}
        </span>
      )}
    </div>
  );
}

type Plain = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value" | "id">;

interface TextProps extends Plain {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly change: (value: string) => void;
}

/** A line of text, a date, a time or a number. */
export function TextField({ label, hint, value, change, ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <input
          {...rest}
          id={id}
          aria-describedby={described}
          value={value}
          onChange={event => change(event.target.value)}
        />
      )}
    </Field>
  );
}

interface AreaProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly change: (value: string) => void;
}

export function TextArea({ label, hint, value, change }: AreaProps) {
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <textarea
          id={id}
          aria-describedby={described}
          rows={2}
          value={value}
          onChange={event => change(event.target.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly change: (value: Value) => void;
}

export function SelectField<Value extends string>({ label, hint, value, choices, change }: SelectProps<Value>) {
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <select
          id={id}
          aria-describedby={described}
          value={value}
          onChange={event => change(event.target.value as Value)}
        >
          {choices.map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly checked: boolean;
  readonly isDisabled?: boolean;
  readonly change: (checked: boolean) => void;
}

export function CheckField({ label, hint, checked, isDisabled = false, change }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} disabled={isDisabled} onChange={event => change(event.target.checked)} />
      <span>
        {label}
        {hint !== undefined && <span className="muted hint">{hint}</span>}
      </span>
    </label>
  );
}
