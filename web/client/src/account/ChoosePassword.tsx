import { type FormEvent, useEffect, useState } from "react";
import { Link } from "../parts/Link";
import { wordsOf } from "../parts/plainFaults";
import { SubmitButton } from "../parts/SubmitButton";
import { OverLink } from "./OverLink";
import { ACCEPT, RESET } from "./operations";
import { askAnybody } from "./server";
import { useLink } from "./useLink";

type Done = { readonly email: string | null; readonly organizationName: string };

interface Props {
  readonly purpose: "invitation" | "reset";
  readonly home: string;
  /** The address of the page for forgotten passwords. */
  readonly forgotten: string;
}

/** The page behind the link of an invitation or of a forgotten password. */
export function ChoosePassword({ purpose, home, forgotten }: Props) {
  const [token] = useState(() => location.hash.slice(1));
  const [done, setDone] = useState<Done | null>(null);
  const link = useLink(purpose, token);
  useEffect(() => {
    document.title = "Choose a password · Rollbook";
    // The link works once, but nobody needs to find it in the history of the browser.
    history.replaceState(null, "", location.pathname);
  }, []);
  return (
    <main className="signIn" aria-busy={link.state === "asking"}>
      <section className="card door">
        {done !== null ? (
          <Chosen done={done} home={home} />
        ) : link.state === "over" ? (
          <OverLink {...link} purpose={purpose} home={home} forgotten={forgotten} />
        ) : (
          <>
            <h1>{purpose === "invitation" ? "Welcome to Rollbook" : "Choose a new password"}</h1>
            {link.state === "open" ? (
              <PasswordForm purpose={purpose} token={token} chosen={setDone} />
            ) : (
              <p className="muted">Checking the link …</p>
            )}
          </>
        )}
      </section>
    </main>
  );
}

function Chosen({ done, home }: { done: Done; home: string }) {
  return (
    <>
      <h1>Your password is saved</h1>
      <p>
        You can sign in to {done.organizationName}
        {done.email === null ? "" : ` as ${done.email}`}.
      </p>
      <Link to={home} className="button main">
        Sign in
      </Link>
    </>
  );
}

interface FormProps {
  readonly purpose: Props["purpose"];
  readonly token: string;
  readonly chosen: (done: Done) => void;
}

function PasswordForm({ purpose, token, chosen }: FormProps) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get("password"));
    if (password !== form.get("again")) {
      setFault("The two passwords differ.");
      return;
    }
    setBusy(true);
    setFault("");
    try {
      const answer = await choose(purpose, token, password);
      if (answer === null) setFault("The server did not answer. Try again.");
      else if ("message" in answer) setFault(answer.message);
      else chosen(answer);
    } catch (reason) {
      setFault(wordsOf(reason, "The server cannot be reached."));
    }
    setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      <label>
        New password
        <input name="password" type="password" autoComplete="new-password" required maxLength={1024} />
      </label>
      <label>
        The same again
        <input name="again" type="password" autoComplete="new-password" required maxLength={1024} />
      </label>
      <p className="fault" role="alert">
        {fault}
      </p>
      <SubmitButton isBusy={isBusy}>Save the password</SubmitButton>
    </form>
  );
}

async function choose(purpose: "invitation" | "reset", token: string, password: string) {
  if (purpose === "invitation") return (await askAnybody(ACCEPT, { token, password })).acceptInvitation;
  return (await askAnybody(RESET, { token, password })).resetPassword;
}
