import { type ReactNode, useEffect, useRef } from "react";

/** The heading of a further step in a window. It takes the focus, which the button of the step before has lost. */
export function StepHead({ children }: { children: ReactNode }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => element.current?.focus(), []);
  return (
    <h3 ref={element} className="stepHead" tabIndex={-1}>
      {children}
    </h3>
  );
}
