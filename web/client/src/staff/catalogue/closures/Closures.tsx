import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { todayIn } from "../../../parts/times";
import { useAnswer } from "../../asking/useAnswer";
import { usePages } from "../../asking/usePages";
import type { Desk } from "../../operations";
import { CataloguePage } from "../CataloguePage";
import { useDialogs } from "../useDialogs";
import { EndCalendar, NewCalendar, RenameCalendar } from "./CalendarDialog";
import { type CalendarAct, type ClosureAct, ClosureCalendar } from "./ClosureCalendar";
import { ChangeClosure, EndClosure, NewClosure } from "./ClosureDialog";
import { CALENDARS, type CalendarFacts, CLOSURES, type ClosureFacts, followersOf } from "./operations";

type Open =
  | { readonly act: "new" }
  | { readonly act: CalendarAct; readonly calendar: CalendarFacts }
  | { readonly act: ClosureAct; readonly closure: ClosureFacts };

const pick = (data: ResultOf<typeof CLOSURES>) => data.blackoutDates;

/** The closed days, by the calendars that programs follow. */
export function Closures({ desk }: { desk: Desk }) {
  const { data, fault, reload } = useAnswer(CALENDARS, {});
  const listing = usePages(CLOSURES, {}, pick);
  const { open, setOpen, said, close, done } = useDialogs<Open>(() => {
    reload();
    listing.reload();
  });
  const [today] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const calendars = data?.blackoutSchedules ?? [];
  return (
    <CataloguePage
      desk={desk}
      title="Closures"
      lead="Days on which classes are not held. The classes of a program follow its calendar."
      said={said}
      action={
        <button type="button" className="button main" onClick={() => setOpen({ act: "new" })}>
          Add a calendar
        </button>
      }
    >
      {calendars.map(calendar => (
        <ClosureCalendar
          key={calendar.id}
          calendar={calendar}
          followers={followersOf(calendar, data?.programs ?? [])}
          closures={(listing.nodes ?? []).filter(one => one.blackoutScheduleId === calendar.id)}
          today={today}
          isRead={listing.nodes !== null && !listing.hasMore}
          open={setOpen}
        />
      ))}
      {(fault ?? listing.fault) !== null && <p className="fault">{fault ?? listing.fault}</p>}
      {listing.hasMore && (
        <button type="button" className="button quiet listEnd" disabled={listing.isLoading} onClick={listing.more}>
          Show more
        </button>
      )}
      {data !== null && calendars.length === 0 && (
        <p className="muted listEnd">There is no calendar of closures yet, so no day is closed.</p>
      )}
      {open !== null && <Dialogs open={open} close={close} done={done} />}
    </CataloguePage>
  );
}

function Dialogs({ open, close, done }: { open: Open; close: () => void; done: (said: string) => void }) {
  switch (open.act) {
    case "new":
      return <NewCalendar close={close} done={done} />;
    case "add":
      return <NewClosure calendar={open.calendar} close={close} done={done} />;
    case "rename":
      return <RenameCalendar calendar={open.calendar} close={close} done={done} />;
    case "endCalendar":
      return <EndCalendar calendar={open.calendar} close={close} done={done} />;
    case "change":
      return <ChangeClosure closure={open.closure} close={close} done={done} />;
    default:
      return <EndClosure closure={open.closure} close={close} done={done} />;
  }
}
