import type { ResultOf } from "../graphql";
import { Link } from "../parts/Link";
import type { CHECK_LINK } from "./operations";

interface Props {
  readonly purpose: "invitation" | "reset";
  readonly reason: ResultOf<typeof CHECK_LINK>["checkAccountLink"]["linkReason"];
  readonly message: string;
  readonly home: string;
  readonly forgotten: string;
}

const TITLES = {
  UNKNOWN: "This link is not valid",
  USED: "This link was used already",
  EXPIRED: "This link has expired",
  REVOKED: "This link is not valid any more",
} as const;

/** Says why no password can be chosen with a link, and what somebody can do about it. */
export function OverLink({ purpose, reason, message, home, forgotten }: Props) {
  if (reason === null) {
    return (
      <>
        <h1>The link could not be checked</h1>
        <p role="alert">{message}</p>
        <p className="muted">Open the link of the e-mail once more in a moment.</p>
      </>
    );
  }
  return (
    <>
      <h1>{TITLES[reason]}</h1>
      <p>
        {WAYS[reason] ??
          (purpose === "invitation" ? "Ask the business for another invitation." : "Ask for another link.")}
      </p>
      {purpose === "reset" && reason !== "REVOKED" && (
        <Link to={forgotten} className="button main">
          Send me another link
        </Link>
      )}
      <Link to={home}>Go to signing in</Link>
    </>
  );
}

const WAYS: Partial<Record<keyof typeof TITLES, string>> = {
  UNKNOWN: "Open it exactly as it stands in the e-mail.",
  USED: "You have chosen a password with it. Sign in with that one.",
  REVOKED: "Use the link of the newest e-mail, or ask the business for another one.",
};
