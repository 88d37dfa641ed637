import { useEffect } from "react";
import { useTitle } from "../../parts/useTitle";
import { useAnswer } from "../asking/useAnswer";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { Changes } from "./Changes";
import {
  type AllSettings,
  SETTINGS,
  type SectionName,
  UPDATE_ABSENCE_SETTINGS,
  UPDATE_CLASS_SETTINGS,
  UPDATE_KIOSK_SETTINGS,
  UPDATE_MAKEUP_TOKEN_SETTINGS,
  UPDATE_SECURITY_SETTINGS,
  UPDATE_STAFF_PORTAL_SETTINGS,
} from "./operations";
import { type Saving, SettingsForm } from "./SettingsForm";
import { SECTIONS, type Section } from "./specs";
import { valueWords } from "./words";
import "./settings.css";

const SAVING = {
  classes: UPDATE_CLASS_SETTINGS,
  staffPortal: UPDATE_STAFF_PORTAL_SETTINGS,
  kiosk: UPDATE_KIOSK_SETTINGS,
  absences: UPDATE_ABSENCE_SETTINGS,
  makeupTokens: UPDATE_MAKEUP_TOKEN_SETTINGS,
  security: UPDATE_SECURITY_SETTINGS,
} as const satisfies Record<SectionName, unknown>;

interface Props {
  readonly desk: Desk;
  /** Reads the desk anew, which shows roll sheets by some settings. */
  readonly refresh: () => void;
}

/** All settings of the business: what each does, and who has changed them. */
export function Settings({ desk, refresh }: Props) {
  useTitle("Settings");
  const { data, fault, reload } = useAnswer(SETTINGS, {});
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  const done = () => {
    reload();
    refresh();
  };
  const settings = data?.settings ?? null;
  const isRead = settings !== null;
  // The browser looked for the section of the address before it was there.
  useEffect(() => {
    if (isRead && location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [isRead]);
  return (
    <main className="page" aria-busy={settings === null && fault === null}>
      <h1>Settings</h1>
      <p className="muted lead">They hold for the whole business. A change counts at once, for everybody.</p>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="settingsColumns">
        <nav className="jumps" aria-label="Settings">
          {SECTIONS.map(({ name, title }) => (
            <a key={name} href={`#${name}`}>
              {title}
            </a>
          ))}
          <a href="#changes">Who has changed what</a>
        </nav>
        <div>
          {settings !== null &&
            SECTIONS.map(section => (
              <section
                key={section.name}
                id={section.name}
                className="card settings"
                aria-labelledby={`${section.name}-t`}
              >
                <h2 id={`${section.name}-t`}>{section.title}</h2>
                {section.name === "security" && !may(desk, "OWNER") ? (
                  <OwnersAlone section={section} settings={settings} />
                ) : (
                  <SettingsForm
                    section={section}
                    saved={settings[section.name]}
                    saving={SAVING[section.name] as unknown as Saving}
                    done={done}
                  />
                )}
              </section>
            ))}
          {settings !== null && <Changes key={JSON.stringify(settings)} zone={zone} />}
        </div>
      </div>
    </main>
  );
}

function OwnersAlone({ section, settings }: { section: Section; settings: AllSettings }) {
  const values = settings[section.name];
  return (
    <>
      {section.specs.map(spec => (
        <p key={spec.name}>
          {spec.label}: <strong>{valueWords(spec, (values as Record<string, boolean>)[spec.name] ?? null)}</strong>
        </p>
      ))}
      <p className="muted hint">Only an owner can change this.</p>
    </>
  );
}
