import { useTitle } from "../../parts/useTitle";
import type { Desk } from "../operations";
import { PasswordForm } from "./PasswordForm";
import { SignIns } from "./SignIns";

/** The viewer's own account: where it is signed in, and its password. */
export function Account({ desk }: { desk: Desk }) {
  useTitle("Your account");
  return (
    <main className="page">
      <h1>{desk.viewer.name}</h1>
      <SignIns zone={desk.locations[0]?.timeZone ?? "UTC"} />
      <PasswordForm />
    </main>
  );
}
