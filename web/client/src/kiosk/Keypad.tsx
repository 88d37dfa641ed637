import { useState } from "react";
import { Camera } from "./camera/Camera";
import { isCameraOn, keepCameraOn } from "./camera/choice";
import { isPhone } from "./scanner";

interface Props {
  readonly typed: string;
  readonly told: string | null;
  readonly isBusy: boolean;
  readonly change: (typed: string) => void;
  readonly go: () => void;
  /** Called with the text of a code that the camera has read. */
  readonly read: (text: string) => void;
}

const LONGEST_NUMBER = 24;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0"];

export function Keypad({ typed, told, isBusy, change, go, read }: Props) {
  const [isScanning, setScanning] = useState(isCameraOn);
  const turn = () => {
    keepCameraOn(!isScanning);
    setScanning(!isScanning);
  };
  return (
    <section className="keypad" aria-busy={isBusy}>
      <h1>Welcome! Check in here</h1>
      <p className="muted">Type your telephone number, or scan your code.</p>
      {isScanning && <Camera isBusy={isBusy} read={read} />}
      <button type="button" className="button" aria-pressed={isScanning} onClick={turn}>
        {isScanning ? "Turn the camera off" : "Scan a code with the camera"}
      </button>
      <output className="typed" aria-label="Your number">
        {typed === "" ? <span className="muted">Your number</span> : isPhone(typed) ? typed : "Code"}
      </output>
      <p className="told" role="alert">
        {told}
      </p>
      <fieldset className="keys" aria-label="Keypad">
        {KEYS.map(key => (
          <button
            key={key}
            type="button"
            className="key"
            disabled={typed.length >= LONGEST_NUMBER}
            onClick={() => change(typed + key)}
          >
            {key}
          </button>
        ))}
        <button
          type="button"
          className="key"
          aria-label="Delete the last digit"
          disabled={typed === ""}
          onClick={() => change(typed.slice(0, -1))}
        >
          ⌫
        </button>
        <button type="button" className="key main" disabled={typed === "" || isBusy} onClick={go}>
          Go on
        </button>
      </fieldset>
    </section>
  );
}
