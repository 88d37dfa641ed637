import { type ComponentType, useEffect, useState } from "react";

const SECONDS = 5;

/**
 * Fetches the program of a part of the page when the part is first shown, and returns null until it is there. The page
 * goes on without the part while the program cannot be fetched.
 */
export function useLater<Props>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> | null {
  const [part, setPart] = useState<ComponentType<Props> | null>(null);
  useEffect(() => {
    let isGone = false;
    const attempt = () => {
      if (isGone) return;
      load().then(
        found => isGone || setPart(() => found),
        () => setTimeout(attempt, SECONDS * 1000),
      );
    };
    attempt();
    return () => {
      isGone = true;
    };
  }, [load]);
  return part;
}
