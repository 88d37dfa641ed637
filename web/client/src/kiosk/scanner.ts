/** Takes what a keyboard or a scanner types. A scanner of QR codes types the code and presses Enter. */
import { useEffect, useRef } from "react";

export const LONGEST = 200;

/** Whether the text is a telephone number. Codes have letters. */
export function isPhone(text: string): boolean {
  return !/\p{L}/u.test(text);
}

export function useScanner(
  isOn: boolean,
  typed: string,
  change: (typed: string) => void,
  go: (typed: string) => Promise<void>,
): void {
  // A scanner types faster than the screen is drawn.
  const latest = useRef(typed);
  latest.current = typed;
  useEffect(() => {
    if (!isOn) return;
    const become = (text: string) => {
      latest.current = text;
      change(text);
    };
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") {
        // Enter on a focused button presses that button, unless something was typed.
        if (latest.current === "") return;
        event.preventDefault();
        void go(latest.current);
      } else if (event.key === "Backspace") become(latest.current.slice(0, -1));
      else if (event.key.length === 1 && event.key !== " " && latest.current.length < LONGEST) {
        become(latest.current + event.key);
      }
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, [isOn, change, go]);
}
