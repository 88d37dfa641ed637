import type { SessionKeeper } from "@rollbook/client";
import { useEffect, useState } from "react";
import { AppKey } from "../parts/AppKey";
import { wordsOf } from "../parts/plainFaults";
import { CodeForm } from "./CodeForm";
import { COMPLETE, CONFIRM_SECOND_FACTOR, START_SECOND_FACTOR } from "./operations";
import { askAnybody, type ServerSession, sessionOf } from "./server";

interface Props {
  readonly session: SessionKeeper;
  readonly challenge: string;
}

/** The second step of signing in: a code from the app that the person has set up. */
export function SecondFactor({ session, challenge }: Props) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const send = async (code: string) => {
    setBusy(true);
    const answer = await orFault(askAnybody(COMPLETE, { challenge, code }).then(data => data.completeSignIn));
    setBusy(false);
    if (typeof answer === "string") setFault(answer);
    else if (answer.__typename === "SignInSuccess") session.begin(sessionOf(answer));
    else setFault(answer.message);
  };
  return (
    <>
      <h1>One more step</h1>
      <p className="muted">Enter the code that your authenticator app shows, or one of your recovery codes.</p>
      <CodeForm label="Code" fault={fault} isBusy={isBusy} send={send} />
    </>
  );
}

/** Setting the second step up, which a setting of the business requires before the first sign-in. */
export function SecondFactorSetup({ session, challenge }: Props) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [key, setKey] = useState<{ readonly secret: string; readonly uri: string } | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [made, setMade] = useState<ServerSession | null>(null);
  useEffect(() => {
    let isGone = false;
    orFault(askAnybody(START_SECOND_FACTOR, { challenge }).then(data => data.startSecondFactor)).then(answer => {
      if (isGone) return;
      if (typeof answer === "string") setFault(answer);
      else if (answer.__typename === "StartSecondFactorSuccess") setKey(answer);
      else setFault(answer.message);
    });
    return () => {
      isGone = true;
    };
  }, [challenge]);
  const send = async (code: string) => {
    setBusy(true);
    const answer = await orFault(
      askAnybody(CONFIRM_SECOND_FACTOR, { challenge, code }).then(data => data.confirmSecondFactor),
    );
    setBusy(false);
    if (typeof answer === "string") setFault(answer);
    else if (answer.__typename === "ConfirmSecondFactorSuccess") {
      setMade(answer.session);
      setCodes(answer.recoveryCodes);
    } else setFault(answer.message);
  };
  if (codes !== null) {
    return (
      <>
        <h1>Keep these recovery codes</h1>
        <p className="muted">Each signs you in once when you do not have your app. They are not shown again.</p>
        <ul className="codes">
          {codes.map(code => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <button type="button" className="button main" onClick={() => made && session.begin(sessionOf(made))}>
          I have kept them
        </button>
      </>
    );
  }
  return (
    <>
      <h1>Set up a second step</h1>
      <p className="muted">Your business requires it.</p>
      {key && <AppKey {...key} />}
      <CodeForm label="The code that the app shows" fault={fault} isBusy={isBusy || key === null} send={send} />
    </>
  );
}

/** The answer, or a sentence about why there is none. */
async function orFault<T>(asked: Promise<T | null>): Promise<T | string> {
  try {
    return (await asked) ?? "The server did not answer. Try again.";
  } catch (reason) {
    return wordsOf(reason, "The server cannot be reached.");
  }
}
