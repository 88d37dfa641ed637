import { Component, type ReactNode, useSyncExternalStore } from "react";
import { isUpdated, lookForUpdate, subscribeToUpdates } from "../parts/release";

/** Shown in place of a page whose program could not be fetched, for example without network or after a new release. */
export class PageFault extends Component<{ children: ReactNode }, { isLost: boolean }> {
  override state = { isLost: false };

  static getDerivedStateFromError(): { isLost: boolean } {
    return { isLost: true };
  }

  override componentDidCatch(): void {
    lookForUpdate();
  }

  override render(): ReactNode {
    return this.state.isLost ? <Lost /> : this.props.children;
  }
}

function Lost() {
  const isThere = useSyncExternalStore(subscribeToUpdates, isUpdated);
  return (
    <main className="page lost">
      <div className="notice" role="alert">
        <h1>{isThere ? "Rollbook was updated" : "This page could not be opened"}</h1>
        <p className="muted">
          {isThere
            ? "Reload to open this page. Marks that were not sent yet are kept."
            : "It is not kept on this device. Today's classes and their roll sheets open without network."}
        </p>
        <button type="button" className="button main" onClick={() => location.reload()}>
          {isThere ? "Reload" : "Try again"}
        </button>
        <p>
          <a href="/">Go to today's classes</a>
        </p>
      </div>
    </main>
  );
}
