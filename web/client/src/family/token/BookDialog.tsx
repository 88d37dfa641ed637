import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextArea } from "../../parts/Field";
import { SubmitButton } from "../../parts/SubmitButton";
import { clockTime, longDate } from "../../parts/times";
import { useAct } from "../useAct";
import { ASK_FOR, BOOK, type OneToken, type Opening } from "./operations";

interface Props {
  readonly token: OneToken;
  readonly opening: Opening;
  readonly books: boolean;
  /** Called when the window closes, with what was done, or null when nothing was. */
  readonly close: (said: string | null) => void;
}

export function BookDialog({ token, opening: { occurrence }, books, close }: Props) {
  const booking = useAct(BOOK);
  const asking = useAct(ASK_FOR);
  const [comment, setComment] = useState("");
  const { offering, location, date, startsAt, endsAt } = occurrence;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = { tokenId: token.id, occurrenceId: occurrence.id };
    const note = comment.trim();
    const done = books
      ? await booking.run(wanted)
      : await asking.run({ ...wanted, comment: note === "" ? null : note });
    if (done === null) return;
    const said = books ? "is booked" : "is requested. The office decides about it";
    close(`${offering.name} on ${longDate(date)} ${said}.`);
  };
  return (
    <Dialog title={books ? "Book this class?" : "Request this class?"} close={() => close(null)}>
      <form className="form" onSubmit={submit}>
        <p>
          <strong>{offering.name}</strong> for {token.student.firstName}
          <br />
          {longDate(date)}, {clockTime(startsAt, location.timeZone)} to {clockTime(endsAt, location.timeZone)}
          <br />
          {[location.name, occurrence.room].filter(Boolean).join(" · ")}
        </p>
        {!books && <TextArea label="Note to the office (optional)" value={comment} change={setComment} />}
        <p className="fault" role="alert">
          {books ? booking.fault : asking.fault}
        </p>
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={() => close(null)}>
            Not now
          </button>
          <SubmitButton isBusy={booking.isBusy || asking.isBusy}>{books ? "Book it" : "Send the request"}</SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
