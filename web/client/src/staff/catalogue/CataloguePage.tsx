import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "../../parts/Link";
import { usePath } from "../../parts/navigation";
import { useTitle } from "../../parts/useTitle";
import { lackingFor } from "../access";
import type { Desk } from "../operations";
import { placeOf } from "../router";
import "../../parts/tabs.css";
import "./catalogue.css";

const PARTS = [
  ["/classes", "Classes"],
  ["/sessions", "Sessions"],
  ["/closures", "Closures"],
  ["/programs", "Programs"],
  ["/locations", "Locations"],
] as const;

interface Props {
  readonly desk: Desk;
  readonly title: string;
  /** What the things of this page are. */
  readonly lead: string;
  /** Beside the title. */
  readonly action: ReactNode;
  /** What was done last. */
  readonly said?: string;
  readonly children: ReactNode;
}

/** A page that lists one kind of thing of the catalogue, with the way to the other kinds. */
export function CataloguePage({ desk, title, lead, action, said = "", children }: Props) {
  useTitle(title);
  return (
    <main className="page">
      <CatalogueParts desk={desk} />
      <div className="toolbar">
        <h1>{title}</h1>
        {action}
      </div>
      <p className="muted">{lead}</p>
      <p className="said" role="status">
        {said}
      </p>
      {children}
    </main>
  );
}

function CatalogueParts({ desk }: { desk: Desk }) {
  const path = usePath();
  const current = useRef<HTMLElement>(null);
  // On a phone the row is wider than the screen.
  useEffect(() => {
    current.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, []);
  const parts = PARTS.filter(([to]) => lackingFor(placeOf(to).page, desk).length === 0);
  return (
    <nav ref={current} className="parts" aria-label="Catalogue">
      {parts.map(([to, word]) => (
        <Link key={to} to={to} isCurrent={path === to}>
          {word}
        </Link>
      ))}
    </nav>
  );
}
