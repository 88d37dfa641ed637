import type { ResultOf } from "../../graphql";
import { ListEnd } from "../../parts/ListEnd";
import { dateTime } from "../../parts/times";
import { usePages } from "../asking/usePages";
import { SETTINGS_CHANGES, type SettingsChange } from "./operations";
import { specOf } from "./specs";
import { fromNotation, valueWords } from "./words";

const pick = (data: ResultOf<typeof SETTINGS_CHANGES>) => data.settings.changes;

/** Who has changed which setting, and when. */
export function Changes({ zone }: { zone: string }) {
  const listing = usePages(SETTINGS_CHANGES, {}, pick);
  return (
    <section id="changes" className="group" aria-labelledby="changes-t">
      <h2 id="changes-t">Who has changed what</h2>
      <ul className="lines" aria-labelledby="changes-t" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(change => (
          <li key={`${change.changedAt} ${change.settings[0]?.setting ?? ""}`} className="line2">
            <span className="lineMain">
              {change.settings.map(one => (
                <span key={one.setting} className="changedSetting">
                  {wordsOf(one)}
                </span>
              ))}
              <span className="muted hint">
                {change.changedBy === null
                  ? "Not known by whom"
                  : `${change.changedBy.firstName} ${change.changedBy.lastName}`}
                , {dateTime(change.changedAt, zone)}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <ListEnd {...listing} nothing="No setting was changed yet." />
    </section>
  );
}

function wordsOf({ setting, before, after }: SettingsChange["settings"][number]): string {
  const spec = specOf(setting);
  if (spec === null)
    return `${setting === "currency" ? "Currency" : setting}: ${before ?? "not set"} → ${after ?? "not set"}`;
  return `${spec.label}: ${valueWords(spec, fromNotation(before))} → ${valueWords(spec, fromNotation(after))}`;
}
