import { useState } from "react";
import { wordsOf } from "../../parts/plainFaults";
import { useAct } from "../asking/useAct";
import { ask } from "../services";
import { type Chosen, filterOf } from "./chosen";
import { REPORT_FILE, WRITE_REPORT } from "./operations";

/** Have a report written as a file, by a background task, and save the file when the task is done. */
export function useFile() {
  const write = useAct(WRITE_REPORT);
  const [taskId, setTaskId] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  return {
    taskId,
    fault: fault ?? write.fault,
    isBusy: write.isBusy || taskId !== null,
    start: async (chosen: Chosen) => {
      setFault(null);
      const done = await write.run({ file: chosen.file, filter: filterOf(chosen) });
      if (done !== null && "backgroundTaskId" in done) setTaskId(done.backgroundTaskId);
    },
    stop: () => setTaskId(null),
    save: async (id: string) => {
      try {
        const file = await read(id);
        if (file === null) setFault("The task has written no file.");
        else saveAs(file.name, file.text);
      } catch (reason) {
        setFault(wordsOf(reason));
      }
      setTaskId(null);
    },
  };
}

async function read(id: string): Promise<{ name: string; text: string } | null> {
  const texts: string[] = [];
  for (let part = 1; ; part += 1) {
    const { node } = await ask(REPORT_FILE, { id, part });
    const found = node !== null && "reportFile" in node ? node.reportFile : null;
    if (found === null) return null;
    texts.push(found.text);
    if (part >= found.parts) return { name: found.name, text: texts.join("") };
  }
}

function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
