/** Reads a QR code from a picture: by the browser where it can, otherwise by a program that is fetched when needed. */

type Detector = { detect(picture: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]> };
type DetectorClass = (new (choice: {
  formats: string[];
}) => Detector) & {
  getSupportedFormats(): Promise<readonly string[]>;
};
/** Resolves to the text of the code that the camera sees, or to null. */
export type Reader = (video: HTMLVideoElement) => Promise<string | null>;

// A code that fills a third of the picture is read from this width.
const WIDTH = 480;

export async function openReader(): Promise<Reader> {
  const { BarcodeDetector: Native } = globalThis as { BarcodeDetector?: DetectorClass };
  if (Native !== undefined && (await Native.getSupportedFormats()).includes("qr_code")) {
    const detector = new Native({ formats: ["qr_code"] });
    return async video => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async video => {
    if (pen === null || video.videoWidth === 0) return null;
    canvas.width = Math.min(WIDTH, video.videoWidth);
    canvas.height = Math.round((video.videoHeight / video.videoWidth) * canvas.width);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // No code is in the picture.
      return null;
    }
  };
}
