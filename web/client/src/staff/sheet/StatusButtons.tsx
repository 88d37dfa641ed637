import { STATUS_LETTERS, STATUS_WORDS } from "../../parts/statuses";
import type { Status } from "./operations";

interface Props {
  readonly name: string;
  readonly status: Status | null;
  readonly mayMark: boolean;
  readonly isOpen: boolean;
  readonly panelId: string;
  readonly toggle: () => void;
  readonly choose: (status: Status) => void;
}

/** Present and absent are one tap; the other four statuses are behind the third button, so two taps. */
export function StatusButtons({ name, status, mayMark, isOpen, panelId, toggle, choose }: Props) {
  const isOther = status !== null && status !== "PRESENT" && status !== "ABSENT";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset in each row reads its legend before every button.
    <div className="statuses" role="group" aria-label={`Attendance of ${name}`}>
      {mayMark && (
        <>
          <button
            type="button"
            className="status here"
            aria-pressed={status === "PRESENT"}
            onClick={() => choose("PRESENT")}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m3 8.500 3.500 3.500L13 4.500" />
            </svg>
            <span className="word">Present</span>
          </button>
          <button
            type="button"
            className="status away"
            aria-pressed={status === "ABSENT"}
            onClick={() => choose("ABSENT")}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 4 8 8M12 4l-8 8" />
            </svg>
            <span className="word">Absent</span>
          </button>
        </>
      )}
      <button
        type="button"
        className={`status more ${isOther ? "chosen" : ""}`}
        aria-expanded={isOpen}
        aria-controls={panelId}
        onClick={toggle}
      >
        <span className="unseen">More about {name}</span>
        {/* Either has the same width as the dots, so that no button moves when a status is chosen. */}
        <span aria-hidden="true" className="short">
          {isOther ? STATUS_WORDS[status] : "⋯"}
        </span>
        <span aria-hidden="true" className="letters">
          {isOther ? STATUS_LETTERS[status] : "⋯"}
        </span>
      </button>
    </div>
  );
}
