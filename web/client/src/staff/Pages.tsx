import { type ComponentType, lazy, Suspense } from "react";
import { usePath } from "../parts/navigation";
import { lackingFor } from "./access";
import { Day } from "./day/Day";
import { Header } from "./Header";
import { NoSuchPage } from "./NoSuchPage";
import type { Desk } from "./operations";
import { PageFault } from "./PageFault";
import { type Place, placeOf } from "./router";
import { type Locker, lockerOf } from "./services";
import { Sheet } from "./sheet/Sheet";

// What everybody needs each day comes with the first load; the other pages come when somebody opens them.
const Dashboard = later(() => import("./dashboard/Dashboard").then(found => found.Dashboard));
const Reports = later(() => import("./reports/Reports").then(found => found.Reports));
const Student = later(() => import("./student/Student").then(found => found.Student));
const Families = later(() => import("./families/Families").then(found => found.Families));
const NewFamily = later(() => import("./families/NewFamily").then(found => found.NewFamily));
const Family = later(() => import("./families/Family").then(found => found.Family));
const Classes = later(() => import("./catalogue/Classes").then(found => found.Classes));
const Class = later(() => import("./catalogue/Class").then(found => found.Class));
const Staff = later(() => import("./team/Staff").then(found => found.Staff));
const StaffMember = later(() => import("./team/StaffMember").then(found => found.StaffMember));
const Groups = later(() => import("./team/Groups").then(found => found.Groups));
const Settings = later(() => import("./settings/Settings").then(found => found.Settings));
const NewOffering = later(() => import("./catalogue/offering/NewOffering").then(found => found.NewOffering));
const Sessions = later(() => import("./catalogue/sessions/Sessions").then(found => found.Sessions));
const CarryOver = later(() => import("./catalogue/carrying/CarryOver").then(found => found.CarryOver));
const Closures = later(() => import("./catalogue/closures/Closures").then(found => found.Closures));
const Programs = later(() => import("./catalogue/programs/Programs").then(found => found.Programs));
const Locations = later(() => import("./catalogue/locations/Locations").then(found => found.Locations));
const Account = later(() => import("./account/Account").then(found => found.Account));
const NotYours = later(() => import("./NotYours").then(found => found.NotYours));
const Tasks = later(() => import("./tasks/Tasks").then(found => found.Tasks));

function later<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(() => load().then(found => ({ default: found })));
}

interface Props {
  readonly desk: Desk;
  /** Reads the desk anew. */
  readonly refresh: () => void;
}

export function Pages({ desk, refresh }: Props) {
  const path = usePath();
  const locker = lockerOf(desk.viewer.staffMember.id);
  return (
    <>
      <Header desk={desk} outbox={locker.outbox} path={path} />
      <PageFault key={path}>
        <Suspense fallback={<main className="page" aria-busy="true" />}>
          {pageOf(placeOf(path), { desk, refresh }, locker)}
        </Suspense>
      </PageFault>
    </>
  );
}

function pageOf(place: Place, { desk, refresh }: Props, locker: Locker) {
  const lacking = lackingFor(place.page, desk);
  if (lacking.length > 0) return <NotYours desk={desk} lacking={lacking} />;
  switch (place.page) {
    case "day":
      return <Day desk={desk} vault={locker.vault} date={place.date} />;
    case "dashboard":
      return <Dashboard desk={desk} vault={locker.vault} />;
    case "sheet":
      return <Sheet key={place.id} desk={desk} locker={locker} id={place.id} />;
    case "student":
      return <Student key={place.id} desk={desk} id={place.id} />;
    case "families":
      return <Families />;
    case "newFamily":
      return <NewFamily desk={desk} />;
    case "family":
      return <Family key={place.id} desk={desk} id={place.id} />;
    case "classes":
      return <Classes desk={desk} />;
    case "sessions":
      return <Sessions desk={desk} />;
    case "carryOver":
      return <CarryOver key={place.id} desk={desk} id={place.id} />;
    case "closures":
      return <Closures desk={desk} />;
    case "programs":
      return <Programs desk={desk} />;
    case "locations":
      return <Locations desk={desk} changed={refresh} />;
    case "newOffering":
      return <NewOffering />;
    case "class":
      return <Class key={place.id} id={place.id} />;
    case "reports":
      return <Reports desk={desk} />;
    case "staff":
      return <Staff desk={desk} />;
    case "staffMember":
      return <StaffMember key={place.id} desk={desk} id={place.id} />;
    case "groups":
      return <Groups desk={desk} />;
    case "settings":
      return <Settings desk={desk} refresh={refresh} />;
    case "account":
      return <Account desk={desk} />;
    case "tasks":
      return <Tasks desk={desk} />;
    default:
      return <NoSuchPage />;
  }
}
