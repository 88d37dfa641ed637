import { useEffect, useRef } from "react";

/**
 * Moves the focus to the heading of a page when what had it is not there any more, such as the button that has ended
 * something. Without it, the keyboard and a screen reader would begin anew at the top of the document.
 */
export function useKeptFocus() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    let last: Node | null = null;
    const remember = (event: FocusEvent) => {
      last = event.target as Node;
    };
    const keep = new MutationObserver(() => {
      if (last === null || last.isConnected || document.activeElement !== document.body) return;
      last = null;
      heading.current?.focus({ preventScroll: true });
    });
    document.addEventListener("focusin", remember);
    keep.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", remember);
      keep.disconnect();
    };
  }, []);
  return heading;
}
