import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SECTIONS } from "../src/staff/settings/specs";
import { fromNotation, minutesWords } from "../src/staff/settings/words";

const SCHEMA = readFileSync(join(import.meta.dirname, "..", "..", "..", "schema.graphql"), "utf8");

const INPUTS = {
  classes: "Class",
  staffPortal: "StaffPortal",
  kiosk: "Kiosk",
  absences: "Absence",
  makeupTokens: "MakeupToken",
  security: "Security",
};

/** The fields of an input of the schema, each with its description. */
function fieldsOf(input: string): Map<string, string> {
  const body = SCHEMA.match(new RegExp(`^input ${input} \\{\n([\\s\\S]*?)^\\}`, "m"))?.[1] ?? "";
  const fields = [...body.matchAll(/"""([\s\S]*?)"""\s+(\w+): /g)];
  return new Map(fields.map(([, said, name]) => [name ?? "", said ?? ""]));
}

describe("the settings that the page shows", () => {
  it.each(SECTIONS.map(section => [section.name, section] as const))("are those of the schema: %s", (name, section) => {
    const fields = fieldsOf(`Update${INPUTS[name]}SettingsInput`);
    fields.delete("idempotencyKey");
    expect(section.specs.map(spec => spec.name).sort()).toEqual([...fields.keys()].sort());
    for (const spec of section.specs) {
      if (spec.kind !== "number" && spec.kind !== "minutes") continue;
      const most = typeof spec.most === "number" ? spec.most : spec.most({ expiryUnit: "DAYS" });
      expect(fields.get(spec.name)).toContain(`${spec.least} to ${most}`);
      // An empty field is null, where the schema has a meaning for it.
      expect(spec.empty !== undefined, spec.name).toBe(/Null: /.test(fields.get(spec.name) ?? ""));
    }
  });
});

describe("values of settings", () => {
  it("are read from the list of changes", () => {
    expect(["true", "3", "[ACTIVE, TRIAL]", "MONTH", null].map(fromNotation)).toEqual([
      true,
      3,
      ["ACTIVE", "TRIAL"],
      "MONTH",
      null,
    ]);
  });

  it("have the largest unit that fits", () => {
    expect([0, 1, 90, 120, 2880].map(minutesWords)).toEqual([
      "0 minutes",
      "1 minute",
      "90 minutes",
      "2 hours",
      "2 days",
    ]);
  });
});
