import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { CheckField, TextArea, TextField } from "../../parts/Field";
import { SubmitButton } from "../../parts/SubmitButton";
import { useAct } from "../useAct";
import { type Child, REPORT } from "./operations";

interface Props {
  readonly child: Child;
  readonly today: string;
  /** Called when the window closes, with whether an absence was reported. */
  readonly close: (hasChanged: boolean) => void;
}

/** The form with which a family says beforehand that a child will be away. */
export function ReportAbsence({ child, today, close }: Props) {
  const { run, isBusy, fault } = useAct(REPORT);
  const [from, setFrom] = useState(child.nextOccurrences[0]?.date ?? today);
  const [to, setTo] = useState(from);
  const [isWindow, setWindow] = useState(false);
  const [starts, setStarts] = useState("08:00");
  const [ends, setEnds] = useState("12:00");
  const [comment, setComment] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await run({
      studentId: child.id,
      startsOn: from,
      endsOn: to,
      windowStarts: isWindow ? starts : null,
      windowEnds: isWindow ? ends : null,
      comment: comment.trim() === "" ? null : comment.trim(),
    });
    if (done !== null) close(true);
  };
  const begin = (date: string) => {
    setFrom(date);
    if (to < date) setTo(date);
  };
  return (
    <Dialog title={`${child.firstName} will be absent`} close={() => close(false)}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField label="First day" type="date" required min={today} value={from} change={begin} />
          <TextField label="Last day" type="date" required min={from} value={to} change={setTo} />
        </div>
        <CheckField label="Only at some hours of the day" checked={isWindow} change={setWindow} />
        {isWindow && (
          <div className="pair">
            <TextField label="From" type="time" required value={starts} change={setStarts} />
            <TextField label="To" type="time" required value={ends} change={setEnds} />
          </div>
        )}
        <TextArea label="Note to the office (optional)" value={comment} change={setComment} />
        <p className="muted">A makeup token follows once the class has happened, as the rules of the business say.</p>
        <p className="fault" role="alert">
          {fault}
        </p>
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={() => close(false)}>
            Not now
          </button>
          <SubmitButton isBusy={isBusy}>Report it</SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
