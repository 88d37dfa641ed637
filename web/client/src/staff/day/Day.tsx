import type { Vault } from "@rollbook/client";
import { useEffect, useState } from "react";
import { longDate, todayIn } from "../../parts/times";
import { keepDay } from "../keeping";
import type { Desk } from "../operations";
import { DateBar } from "./DateBar";
import { FirstSteps } from "./FirstSteps";
import { OccurrenceCard } from "./OccurrenceCard";
import type { Card } from "./operations";
import { useDay } from "./useDay";

/** The classes of a date, grouped by location, with how far attendance has been taken. */
export function Day({ desk, vault, date }: { desk: Desk; vault: Vault; date: string | null }) {
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  const today = todayIn(zone);
  const shown = date ?? today;
  const { cards, fault, reload } = useDay(shown, vault);
  useEffect(() => {
    // The roll sheets of today are kept for a loss of network.
    if (shown === today) keepDay(vault, today).catch(() => undefined);
  }, [vault, shown, today]);
  const [locationId, setLocationId] = useState("");
  useEffect(() => {
    document.title = `${longDate(shown)} · Rollbook`;
  }, [shown]);
  const groups = desk.locations
    .filter(location => locationId === "" || location.id === locationId)
    .map(location => ({ location, cards: (cards ?? []).filter(card => card.location.id === location.id) }))
    .filter(group => group.cards.length > 0);
  return (
    <main className="page">
      <DateBar date={shown} today={today} desk={desk} locationId={locationId} chooseLocation={setLocationId} />
      <Summary cards={groups.flatMap(group => group.cards)} isLoading={cards === null && fault === null} />
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}{" "}
          <button type="button" className="button" onClick={reload}>
            Try again
          </button>
        </p>
      )}
      {cards !== null && groups.length === 0 && <FirstSteps desk={desk} />}
      {groups.map(({ location, cards: here }) => (
        <section key={location.id} aria-labelledby={location.id} className="group">
          <h2 id={location.id}>{location.name}</h2>
          <ul className="cards">
            {here.map(card => (
              <li key={card.id}>
                <OccurrenceCard card={card} timeZone={location.timeZone} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function Summary({ cards, isLoading }: { cards: readonly Card[]; isLoading: boolean }) {
  if (isLoading) return <p className="summary muted">Loading the day …</p>;
  if (cards.length === 0) return null;
  const meeting = cards.filter(card => card.state === "SCHEDULED");
  const taken = meeting.filter(card => card.attendanceState === "TAKEN").length;
  const expected = meeting.reduce((sum, card) => sum + card.tally.total, 0);
  const marked = expected - meeting.reduce((sum, card) => sum + card.tally.unmarked, 0);
  return (
    <p className="summary muted">
      Attendance is taken for <strong>{taken}</strong> of <strong>{meeting.length}</strong>{" "}
      {meeting.length === 1 ? "class" : "classes"}; <strong>{marked}</strong> of <strong>{expected}</strong>{" "}
      {expected === 1 ? "student is" : "students are"} marked.
    </p>
  );
}
