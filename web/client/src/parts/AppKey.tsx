import { useLater } from "./useLater";
import "./appKey.css";

const drawing = () => import("./QrCode").then(found => found.QrCode);

/** The secret of an authenticator app: to scan, to type, and to open on this device. */
export function AppKey({ secret, uri }: { secret: string; uri: string }) {
  const QrCode = useLater(drawing);
  return (
    <div className="appKey">
      <div className="qrPlace">{QrCode !== null && <QrCode text={uri} label="QR code for an authenticator app" />}</div>
      <div className="appKeyText">
        <p>Scan this with an authenticator app, or type this key into it:</p>
        <p>
          <code>{secret.replace(/(.{4})/g, "$1 ").trim()}</code>
        </p>
        <p>
          <a href={uri}>Open in an app on this device</a>
        </p>
      </div>
    </div>
  );
}
