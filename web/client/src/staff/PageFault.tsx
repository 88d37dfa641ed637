import { Component, type ReactNode } from "react";

/** Shown in place of a page whose program could not be fetched, for example without network or after a new release. */
export class PageFault extends Component<{ children: ReactNode }, { isLost: boolean }> {
  override state = { isLost: false };

  static getDerivedStateFromError(): { isLost: boolean } {
    return { isLost: true };
  }

  override render(): ReactNode {
    if (!this.state.isLost) return this.props.children;
    return (
      <main className="page notice" role="alert">
        <h1>This page could not be opened</h1>
        <p className="muted">
          It is not kept on this device. Today's classes and their roll sheets open without network.
        </p>
        <button type="button" className="button main" onClick={() => location.reload()}>
          Try again
        </button>
        <p>
          <a href="/">Go to today's classes</a>
        </p>
      </main>
    );
  }
}
