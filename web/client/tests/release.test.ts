import { sender } from "@rollbook/client";
import { describe, expect, it, vi } from "vitest";
import { isOfAnotherBuild } from "../src/parts/release";
import { VIEWER } from "../src/staff/operations";

const PAGE = '<script type="module" crossorigin src="/assets/staff-b.js"></script>';

describe("a release", () => {
  it("is new when its page begins with another script", () => {
    expect(isOfAnotherBuild(PAGE, "/assets/staff-a.js")).toBe(true);
    expect(isOfAnotherBuild(PAGE, "/assets/staff-b.js")).toBe(false);
    // Where the pages are not built, a reload would show how to build them.
    expect(isOfAnotherBuild("<p>Build the pages.</p>", "/assets/staff-a.js")).toBe(false);
  });

  it("makes an older client outdated, and its other faults stay what they are", async () => {
    for (const [code, kind] of [
      ["DOCUMENT_NOT_TRUSTED", "outdated"],
      ["GRAPHQL_VALIDATION_FAILED", "outdated"],
      ["BAD_USER_INPUT", "refused"],
    ]) {
      const body = JSON.stringify({ errors: [{ message: "No.", extensions: { code } }] });
      const headers = { "content-type": "application/graphql-response+json" };
      const by = vi.fn(async () => new Response(body, { status: 400, headers }));
      await expect(sender("http://rollbook.example/graphql", by)(VIEWER, {})).rejects.toMatchObject({ kind, code });
    }
  });
});
