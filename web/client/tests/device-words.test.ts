import { expect, it } from "vitest";
import { deviceWords } from "../src/staff/account/deviceWords";

it("names a device by its browser and its system, and otherwise as the device does", () => {
  const mozilla = "Mozilla/5.0";
  const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
  const safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
  for (const [device, words] of [
    [`${mozilla} (X11; Linux x86_64) ${chrome}`, "Chrome on Linux"],
    [`${mozilla} (Windows NT 10.0; Win64; x64) ${chrome} Edg/150.0.0.0`, "Edge on Windows"],
    [`${mozilla} (Linux; Android 10; K) ${chrome}`, "Chrome on Android"],
    [`${mozilla} (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${safari}`, "Safari on iPhone"],
    [`${mozilla} (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox on Mac"],
    ["rollbook-import/1", "rollbook-import/1"],
    [null, "A device without a name"],
  ] as const) {
    expect(deviceWords(device)).toBe(words);
  }
});
