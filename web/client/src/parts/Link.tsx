import type { MouseEvent, ReactNode } from "react";
import { go } from "./navigation";

interface Props {
  readonly to: string;
  readonly className?: string;
  /** Whether it leads to the page that is open. */
  readonly isCurrent?: boolean;
  readonly followed?: (() => void) | undefined;
  readonly children: ReactNode;
}

/** A link within the pages, which a new tab or a middle click opens as any other link. */
export function Link({ to, className, isCurrent, followed, children }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
    followed?.();
  };
  return (
    <a href={to} className={className} aria-current={isCurrent ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
