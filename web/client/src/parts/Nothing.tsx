import { useTitle } from "./useTitle";

interface Props {
  /** Where the entry's pages begin, and what is there. */
  readonly home: string;
  readonly leads: string;
}

/** The page of an address at which nothing is, or nothing that the viewer can see. */
export function Nothing({ home, leads }: Props) {
  useTitle("There is nothing at this address");
  return (
    <main className="page notice">
      <h1>There is nothing at this address</h1>
      <p className="muted">The address may be mistyped, or what it showed is gone.</p>
      <p>
        <a href={home}>{leads}</a>
      </p>
    </main>
  );
}
