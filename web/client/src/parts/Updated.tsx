import { useSyncExternalStore } from "react";
import { isUpdated, subscribeToUpdates } from "./release";
import "./updated.css";

/** Says that the server serves newer pages, and loads them when somebody wants it. */
export function Updated() {
  const isThere = useSyncExternalStore(subscribeToUpdates, isUpdated);
  return (
    <div className="updated" role="status">
      {isThere && (
        <>
          <span>Rollbook was updated.</span>
          <button type="button" className="button main" onClick={() => location.reload()}>
            Reload
          </button>
        </>
      )}
    </div>
  );
}
