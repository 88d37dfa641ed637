import { useTitle } from "../../parts/useTitle";
import type { Desk } from "../operations";
import { PasswordForm } from "./PasswordForm";
import { SecondStep } from "./SecondStep";
import { SignIns } from "./SignIns";

/** The viewer's own account: where it is signed in, its second step, and its password. */
export function Account({ desk }: { desk: Desk }) {
  useTitle("Your account");
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  return (
    <main className="page">
      <h1>{desk.viewer.name}</h1>
      <SignIns zone={zone} />
      <SecondStep zone={zone} />
      <PasswordForm />
    </main>
  );
}
