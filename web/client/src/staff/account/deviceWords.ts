/** What names a browser in what it says of itself (User-Agent). Most also name those that stand further down. */
const BROWSERS = [
  [/\bEdg/, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMacintosh\b/, "Mac"],
  [/\bCrOS\b/, "Chromebook"],
  [/\bLinux\b/, "Linux"],
] as const;

/** "Chrome on Windows". A device that does not say so much is shown with its own words. */
export function deviceWords(device: string | null): string {
  if (device === null) return "A device without a name";
  const [browser, system] = [nameIn(device, BROWSERS), nameIn(device, SYSTEMS)];
  return browser !== null && system !== null ? `${browser} on ${system}` : device;
}

function nameIn(device: string, names: readonly (readonly [RegExp, string])[]): string | null {
  return names.find(([pattern]) => pattern.test(device))?.[1] ?? null;
}
