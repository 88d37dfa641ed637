import { useEffect, useState } from "react";
import { Link } from "../../parts/Link";
import { Fault } from "../parts/Fault";
import { NoSuchPage } from "../parts/NoSuchPage";
import { childAddress, home } from "../router";
import { useAnswer } from "../useAnswer";
import { useLive } from "../useLive";
import { Finder } from "./Finder";
import { InUse } from "./InUse";
import { ONE_TOKEN, type Token } from "./operations";
import { reason, until, where } from "./tokenWords";

const TITLES: Partial<Record<Token["state"], string>> = {
  AVAILABLE: "Find a makeup",
  REQUESTED: "Makeup requested",
  PENDING: "Makeup booked",
  SPENT: "Makeup token used",
  EXPIRED: "Makeup token expired",
};

/** One makeup token: what it is for, and what can be done with it. */
export function TokenPage({ id }: { id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(ONE_TOKEN, { id });
  const [done, setDone] = useState<string | null>(null);
  const token = data?.node?.__typename === "MakeupToken" ? data.node : null;
  useLive(token === null ? [] : [token.student.id], reload);
  const title = token === null ? "Makeup token" : (TITLES[token.state] ?? "Makeup token");
  useEffect(() => {
    document.title = `${title} · Rollbook`;
  }, [title]);
  if (isMistyped) return <NoSuchPage />;
  if (data === null || token === null) {
    return (
      <main className="page" aria-busy={data === null && fault === null}>
        <Fault sentence={fault} again={reload} />
        {data !== null && (
          <p className="empty">
            This makeup token is no longer there. <Link to={home}>Go to your children</Link>
          </p>
        )}
      </main>
    );
  }
  const viewer = data.viewer?.__typename === "GuardianViewer" ? data.viewer : null;
  const { firstName, id: studentId } = token.student;
  const finish = (sentence: string) => {
    setDone(sentence);
    reload();
  };
  return (
    <main className="page">
      <Link to={childAddress(studentId)} className="back">
        <span aria-hidden="true">‹ </span>
        {firstName}
      </Link>
      <h1>{title}</h1>
      <p className="said" role="status">
        {done}
      </p>
      <Fault sentence={fault} again={reload} />
      <dl className="card facts">
        <Fact name="For">{firstName}</Fact>
        <Fact name="Instead of">{reason(token)}</Fact>
        <Fact name="Where">{where(token)}</Fact>
        <Fact name="Until">{until(token)}</Fact>
        {token.comment !== null && <Fact name="Note">{token.comment}</Fact>}
      </dl>
      {token.state === "AVAILABLE" && (
        <Finder token={token} places={data.locations} books={viewer?.booksMakeups ?? false} finish={finish} />
      )}
      {(token.state === "PENDING" || token.state === "REQUESTED" || token.state === "SPENT") && (
        <InUse token={token} givesBack={viewer?.givesBackMakeups ?? false} finish={finish} />
      )}
    </main>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
