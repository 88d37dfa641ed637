import { useState } from "react";
import { SelectField, TextField } from "../../parts/Field";
import { daysAfter, todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { useSettled } from "../asking/useSettled";
import type { Desk } from "../operations";
import { Absences } from "./Absences";
import { Attendance } from "./Attendance";
import { Capacity } from "./Capacity";
import { type Chosen, faultOf, filterOf, REPORTS } from "./chosen";
import { FileTask } from "./FileTask";
import { Tokens } from "./Tokens";
import { useFile } from "./useFile";
import "./reports.css";

export function Reports({ desk }: { desk: Desk }) {
  useTitle("Reports");
  const today = todayIn(desk.locations[0]?.timeZone ?? "UTC");
  const [chosen, setChosen] = useState<Chosen>({
    file: "ATTENDANCE_BY_OFFERING",
    from: daysAfter(today, -27),
    to: today,
    locationId: "",
  });
  const settled = useSettled(chosen);
  const file = useFile();
  const fault = faultOf(chosen);
  const change = (part: Partial<Chosen>) => setChosen({ ...chosen, ...part });
  return (
    <main className="page wide">
      <h1>Reports</h1>
      <div className="choices">
        <SelectField label="Report" value={chosen.file} choices={REPORTS} change={value => change({ file: value })} />
        {chosen.file !== "CAPACITY" && (
          <TextField label="From" type="date" value={chosen.from} change={from => change({ from })} />
        )}
        <TextField
          label={chosen.file === "CAPACITY" ? "On" : "To"}
          type="date"
          value={chosen.to}
          change={to => change({ to })}
        />
        {desk.locations.length > 1 && (
          <SelectField
            label="Location"
            value={chosen.locationId}
            choices={[["", "All locations"], ...desk.locations.map(one => [one.id, one.name] as const)]}
            change={locationId => change({ locationId })}
          />
        )}
        <button
          type="button"
          className="button"
          disabled={fault !== null || file.isBusy}
          onClick={() => file.start(chosen)}
        >
          Save as a spreadsheet
        </button>
      </div>
      {(fault ?? file.fault) !== null && (
        <p className="fault" role="alert">
          {fault ?? file.fault}
        </p>
      )}
      {file.taskId !== null && <FileTask id={file.taskId} done={file.save} failed={file.stop} />}
      {faultOf(settled) === null && <Shown key={JSON.stringify(settled)} chosen={settled} />}
    </main>
  );
}

function Shown({ chosen }: { chosen: Chosen }) {
  const filter = filterOf(chosen);
  switch (chosen.file) {
    case "ATTENDANCE_BY_OFFERING":
      return <Attendance by="OFFERING" filter={filter} />;
    case "ATTENDANCE_BY_STUDENT":
      return <Attendance by="STUDENT" filter={filter} />;
    case "ATTENDANCE_BY_INSTRUCTOR":
      return <Attendance by="INSTRUCTOR" filter={filter} />;
    case "ATTENDANCE_BY_LOCATION":
      return <Attendance by="LOCATION" filter={filter} />;
    case "ATTENDANCE_BY_WEEK":
      return <Attendance by="WEEK" filter={filter} />;
    case "TOKENS_BY_STUDENT":
      return <Tokens by="STUDENT" filter={filter} />;
    case "TOKENS_BY_PROGRAM":
      return <Tokens by="PROGRAM" filter={filter} />;
    case "TOKENS_BY_LOCATION":
      return <Tokens by="LOCATION" filter={filter} />;
    case "ABSENCES":
      return <Absences filter={filter} />;
    case "CAPACITY":
      return <Capacity filter={filter} />;
    case "NOT_TAKEN":
      return <p className="muted">This report is a file. The day’s page shows the sheets of one day.</p>;
  }
}
