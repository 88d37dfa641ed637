import encodeQR from "qr";
import "./qr.css";

// The quiet zone that the standard asks for.
const BORDER = 4;

/** A QR code, black on white in dark colours too, because cameras need it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: BORDER });
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg className="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label}>
      <path className="qrGround" d={`M0 0h${rows.length}v${rows.length}H0z`} />
      <path className="qrMark" d={path} />
    </svg>
  );
}
