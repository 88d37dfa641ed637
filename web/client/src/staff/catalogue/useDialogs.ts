import { useState } from "react";

/**
 * Which dialog of a page is open, and what the last one has done.
 *
 * reload -- reads anew what the page lists, after a dialog has done something
 */
export function useDialogs<Open>(reload: () => void) {
  const [open, setOpen] = useState<Open | null>(null);
  const [said, setSaid] = useState("");
  const close = () => setOpen(null);
  const done = (what: string) => {
    close();
    setSaid(what);
    reload();
  };
  return { open, setOpen, said, close, done };
}
