import { useTitle } from "../parts/useTitle";

export function NoSuchPage() {
  useTitle("There is no such page");
  return (
    <main className="page notice">
      <h1>There is no such page</h1>
      <p className="muted">The address may be mistyped, or what it showed is gone.</p>
      <p>
        <a href="/">Go to today's classes</a>
      </p>
    </main>
  );
}
