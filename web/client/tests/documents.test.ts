import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TEXTS as FAMILY } from "../src/family/documents";
import { TEXTS as KIOSK } from "../src/kiosk/documents";
import { TEXTS as STAFF } from "../src/staff/documents";

const NAMED = /^\s*(?:query|mutation|subscription) (\w+)/gm;

function namesIn(texts: readonly string[]): string[] {
  return texts.flatMap(text => [...text.matchAll(NAMED)].map(found => found[1] ?? "")).sort();
}

// All entries have the operations of signing in.
const TEXTS = [...new Set([...STAFF, ...FAMILY, ...KIOSK])];

describe("the manifest of trusted documents", () => {
  it("has every operation that the pages send", () => {
    const folder = join(import.meta.dirname, "..", "src");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(name => /\.tsx?$/.test(name));
    const sources = files.filter(name => !name.endsWith(".d.ts")).map(name => readFileSync(join(folder, name), "utf8"));
    expect(namesIn(TEXTS)).toEqual(namesIn(sources));
  });
});
