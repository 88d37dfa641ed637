import type { ResultOf } from "../../graphql";
import { ListEnd } from "../../parts/ListEnd";
import { dateTime } from "../../parts/times";
import { useAct } from "../asking/useAct";
import { usePages } from "../asking/usePages";
import { deviceWords } from "./deviceWords";
import { END_SIGN_IN, SIGN_INS } from "./operations";
import "../../parts/forms.css";

const pick = (data: ResultOf<typeof SIGN_INS>) => data.signIns;

/** Where the viewer is signed in. A device that was lost is signed out here. */
export function SignIns({ zone }: { zone: string }) {
  const listing = usePages(SIGN_INS, {}, pick);
  const end = useAct(END_SIGN_IN);
  const endIt = async (signInId: string) => {
    await end.run({ signInId });
    listing.reload();
  };
  return (
    <section className="group" aria-label="Where you are signed in">
      <h2>Where you are signed in</h2>
      {end.fault !== null && (
        <p className="fault" role="alert">
          {end.fault}
        </p>
      )}
      <ul className="lines">
        {(listing.nodes ?? []).map(one => (
          <li key={one.id} className="line2">
            <span className="lineMain" title={one.device ?? undefined}>
              {deviceWords(one.device)}
              <span className="muted hint">
                {one.portal === "OFFICE" ? "Office" : "Staff"} · last used {dateTime(one.lastUsedAt, zone)}
              </span>
            </span>
            {one.isCurrent ? (
              <span className="chip">This one</span>
            ) : (
              <button
                type="button"
                className="button quiet"
                aria-label={`Sign out: ${deviceWords(one.device)}`}
                disabled={end.isBusy}
                onClick={() => endIt(one.id)}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      <ListEnd {...listing} nothing="You are signed in nowhere." />
    </section>
  );
}
