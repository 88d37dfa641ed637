import { useEffect } from "react";
import { Fault } from "../parts/Fault";
import { useAnswer } from "../useAnswer";
import { useLive } from "../useLive";
import { ChildCard } from "./ChildCard";
import { type Child, HOME } from "./operations";

/** The children of the family: how today goes, and what comes next. */
export function Home() {
  const { data, fault, reload } = useAnswer(HOME, {});
  const children: readonly Child[] = data?.viewer?.__typename === "GuardianViewer" ? data.viewer.students : [];
  useLive(
    children.map(child => child.id),
    reload,
  );
  useEffect(() => {
    document.title = "Your children · Rollbook";
  }, []);
  return (
    <main className="page" aria-busy={data === null}>
      <h1>Your children</h1>
      <Fault sentence={fault} again={reload} />
      {data !== null && children.length === 0 && <p className="empty">No children are registered with your family.</p>}
      <ul className="children">
        {children.map(child => (
          <li key={child.id}>
            <ChildCard child={child} />
          </li>
        ))}
      </ul>
    </main>
  );
}
