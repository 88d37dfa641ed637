import { useEffect, useRef, useState } from "react";
import { cameraWords } from "../words";
import { openReader } from "./reader";

const LOOKS_EVERY = 250;
// A family that has just left may still hold its code before the camera.
const SAME_AGAIN = 5_000;
let last = { text: "", at: 0 };

interface Props {
  readonly isBusy: boolean;
  /** Called with the text of each code that is held before the camera. */
  readonly read: (text: string) => void;
}

/** What the camera sees, and the codes in it. */
export function Camera({ isBusy, read }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const now = useRef({ isBusy, read });
  now.current = { isBusy, read };
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      stream = await openCamera();
      const screen = video.current;
      if (isOver || screen === null) return stop(stream);
      screen.srcObject = stream;
      await screen.play();
      const look = await openReader();
      const again = async () => {
        const text = now.current.isBusy ? null : await look(screen).catch(() => null);
        if (isOver) return;
        if (text !== null && isNew(text)) now.current.read(text);
        timer = setTimeout(again, LOOKS_EVERY);
      };
      await again();
    };
    begin().catch((reason: unknown) => {
      if (!isOver) setFault(cameraWords(reason));
    });
    return () => {
      isOver = true;
      clearTimeout(timer);
      stop(stream);
    };
  }, []);
  if (fault !== null) {
    return (
      <p className="told" role="alert">
        {fault}
      </p>
    );
  }
  return <video ref={video} className="camera" muted playsInline aria-label="What the camera sees" />;
}

async function openCamera(): Promise<MediaStream> {
  // Browsers have no cameras for pages without HTTPS.
  if (navigator.mediaDevices === undefined) throw new DOMException("", "SecurityError");
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 640 } } });
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function isNew(text: string): boolean {
  const at = Date.now();
  const isSame = text === last.text && at - last.at < SAME_AGAIN;
  last = { text, at };
  return !isSame;
}
