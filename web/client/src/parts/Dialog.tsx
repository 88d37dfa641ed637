import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import "./forms.css";

interface Props {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A window over the page. The keyboard stays in it, Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, close, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // A layout effect ends before the element is removed, so closing gives the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={event => {
        event.preventDefault();
        close();
      }}
    >
      <div className="dialogHead">
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="button quiet round" onClick={close}>
          <span className="unseen">Close</span>
          <span aria-hidden="true">×</span>
        </button>
      </div>
      {children}
    </dialog>
  );
}
