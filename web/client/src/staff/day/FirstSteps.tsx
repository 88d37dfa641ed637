import type { ResultOf } from "../../graphql";
import { Link } from "../../parts/Link";
import { has, lackingFor } from "../access";
import { useAnswer } from "../asking/useAnswer";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { placeOf } from "../router";
import { BEGINNING } from "./operations";

type Beginning = ResultOf<typeof BEGINNING>;

interface Step {
  /** The page that does it. */
  readonly to: string;
  readonly word: string;
  readonly hint: string;
  readonly isOptional?: true;
  readonly isDone: (found: Beginning) => boolean;
}

const STEPS: readonly Step[] = [
  {
    to: "/locations",
    word: "Add a location",
    hint: "The place where classes are held, with its time zone.",
    isDone: found => found.locations.length > 0,
  },
  {
    to: "/programs",
    word: "Add a program",
    hint: "A family of classes, such as “Swim”. A class can do without one.",
    isOptional: true,
    isDone: found => found.programs.length > 0,
  },
  {
    to: "/classes/new",
    word: "Add a class",
    hint: "With its teacher and the times when it meets.",
    isDone: found => found.offerings.nodes.length > 0,
  },
  {
    to: "/families/new",
    word: "Register a family",
    hint: "Its children get their places in classes at the same time.",
    isDone: found => found.students.nodes.length > 0,
  },
];

/**
 * A day without classes. While the business has no location, class or student yet, it lists what is to be done next, as
 * far as the viewer may do it.
 */
export function FirstSteps({ desk }: { desk: Desk }) {
  const steps = has(desk, "SEE_ALL") ? STEPS.filter(({ to }) => lackingFor(placeOf(to).page, desk).length === 0) : [];
  const { data, isLoading } = useAnswer(BEGINNING, steps.length > 0 ? {} : null);
  if (isLoading) return <p className="empty" aria-busy="true" />;
  const isBegun = data === null || steps.every(step => step.isOptional || step.isDone(data));
  if (isBegun) return <p className="empty">Nothing is planned on this day.</p>;
  const next = steps.find(step => !step.isDone(data));
  return (
    <section className="card firstSteps" aria-labelledby="firstSteps">
      <h2 id="firstSteps">Set up your business</h2>
      <p className="muted">Classes appear on this page on the days when they meet.</p>
      <ol>
        {steps.map(step => (
          <li key={step.to}>
            <StepLine step={step} isDone={step.isDone(data)} isNext={step === next} />
          </li>
        ))}
      </ol>
      {may(desk, "OWNER") && (
        <p className="muted hint">
          Spreadsheets bring all of this at once: whoever runs your server imports them with{" "}
          <code>rollbook.py import csv</code>.
        </p>
      )}
    </section>
  );
}

function StepLine({ step, isDone, isNext }: { step: Step; isDone: boolean; isNext: boolean }) {
  return (
    <Link to={step.to} className={isNext ? "step next" : "step"}>
      <svg className={isDone ? "tick done" : "tick"} viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="10" />
        {isDone && <path d="m7.5 12.5 3 3 6-7" />}
      </svg>
      <span>
        <strong>{step.word}</strong>
        {isDone && <span className="unseen"> (done)</span>}
        <span className="muted hint">{step.hint}</span>
      </span>
      <span aria-hidden="true">›</span>
    </Link>
  );
}
