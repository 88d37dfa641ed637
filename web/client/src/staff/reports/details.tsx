import type { ReactNode } from "react";
import { dayDate, timeOfDay } from "../../parts/times";

export interface OfferingDetails {
  readonly locationName: string;
  readonly meetings: readonly { readonly weekday: number; readonly startTime: string }[];
}

export interface StudentDetails {
  readonly familyName: string;
  readonly birthOn: string | null;
}

export interface InstructorDetails {
  readonly classNames: readonly string[];
  readonly locationNames: readonly string[];
}

export const WEEKDAYS = ["Daily", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** "Main Street · Mon 5:00 PM, Wed 5:00 PM" */
export function offeringDetails({ locationName, meetings }: OfferingDetails): string {
  const times = meetings.map(({ weekday, startTime }) => `${WEEKDAYS[weekday]} ${timeOfDay(startTime)}`);
  return [locationName, times.join(", ")].join(" · ");
}

/** "Baker family · Born May 4, 2018" */
export function studentDetails({ familyName, birthOn }: StudentDetails): string {
  return birthOn === null ? familyName : `${familyName} · Born ${dayDate(birthOn)}`;
}

/** "Main Street · Dive, Swim" */
export function instructorDetails({ classNames, locationNames }: InstructorDetails): string {
  return [locationNames.join(", "), classNames.join(", ")].join(" · ");
}

/** A name, and below it what tells it from others of that name. */
export function Named({ children, details }: { readonly children: ReactNode; readonly details: string }) {
  return (
    <>
      {children}
      <small className="muted">{details}</small>
    </>
  );
}
