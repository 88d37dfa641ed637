/** What each entry needs to begin: the files that its page names. Pages that are opened later are fetched then. */
import { readFileSync } from "node:fs";

const LIMITS = { staff: "150 kB", family: "60 kB", kiosk: "45 kB" };

function filesOf(entry) {
  const page = readFileSync(new URL(`static/${entry}.html`, import.meta.url), "utf8");
  return [...page.matchAll(/"\/(assets\/[^"]+\.(?:js|css))"/g)].map(found => `static/${found[1]}`);
}

export default Object.entries(LIMITS).map(([entry, limit]) => ({
  name: `${entry}, first load`,
  path: filesOf(entry),
  gzip: true,
  limit,
}));
