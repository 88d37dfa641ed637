import type { Vault } from "@rollbook/client";
import { useEffect, useState } from "react";
import { longDate, todayIn } from "../../parts/times";
import { useDay } from "../day/useDay";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { ArrivalsChart } from "./ArrivalsChart";
import { Feed } from "./Feed";
import { NotTaken } from "./NotTaken";
import { RateChart } from "./RateChart";
import { ByLocation, sumOf, Tiles } from "./Tiles";
import { useArrivals } from "./useArrivals";
import "./dashboard.css";

/** How the day goes, live: check-ins, tallies by location, classes not taken, arrivals; and the rate of eight weeks. */
export function Dashboard({ desk, vault }: { desk: Desk; vault: Vault }) {
  const now = useMinute();
  const [locationId, setLocationId] = useState("");
  const place = desk.locations.find(location => location.id === locationId) ?? desk.locations[0];
  const zone = place?.timeZone ?? "UTC";
  const today = todayIn(zone, new Date(now));
  const day = useDay(today, vault);
  const live = useArrivals(today, locationId);
  useEffect(() => {
    document.title = "Dashboard · Rollbook";
  }, []);
  const cards = (day.cards ?? []).filter(card => locationId === "" || card.location.id === locationId);
  const fault = day.fault ?? live.fault;
  return (
    <main className="page dashboard">
      <div className="dateBar">
        <h1>
          <span className="muted">Today, </span>
          {longDate(today)}
        </h1>
        {desk.locations.length > 1 && (
          <select aria-label="Location" value={locationId} onChange={event => setLocationId(event.target.value)}>
            <option value="">All locations</option>
            {desk.locations.map(location => (
              <option key={location.id} value={location.id}>
                {location.name}
              </option>
            ))}
          </select>
        )}
      </div>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <Tiles tally={sumOf(cards)} />
      <div className="panels" aria-busy={day.cards === null || live.arrivals === null}>
        <section className="card block" aria-labelledby="arrivals">
          <h2 id="arrivals">Arrivals by five minutes</h2>
          {live.arrivals && <ArrivalsChart arrivals={live.arrivals} timeZone={zone} />}
        </section>
        <section className="card block" aria-labelledby="places">
          <h2 id="places">Locations</h2>
          <ByLocation locations={desk.locations} cards={cards} />
        </section>
        <section className="card block" aria-labelledby="marks">
          <h2 id="marks">Latest marks</h2>
          {live.arrivals && <Feed arrivals={live.arrivals} />}
        </section>
        <section className="card block" aria-labelledby="open">
          <h2 id="open">Not taken yet</h2>
          {day.cards && <NotTaken cards={cards} locations={desk.locations} now={now} />}
        </section>
        {may(desk, "SEE_REPORTS") && (
          <section className="card block wide" aria-labelledby="rate">
            <h2 id="rate">Attendance rate, eight weeks</h2>
            <RateChart today={today} locationId={locationId} />
          </section>
        )}
      </div>
    </main>
  );
}

/** The present time, which moves on each half minute. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
