import { MergeFamilies } from "../merging/MergeFamilies";
import { MergeGuardians } from "../merging/MergeGuardians";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { AddChild } from "./AddChild";
import { EditFamily } from "./EditFamily";
import { EndGuardian } from "./EndGuardian";
import { GuardianDialog } from "./GuardianDialog";
import { EndChild, EndFamily } from "./leaving/EndFamily";
import type { ChildFacts, FamilyFacts, GuardianFacts } from "./operations";

/** What somebody wants to change about a family. */
export type Chosen =
  | { readonly act: "edit" | "merge" | "endFamily" | "addChild" }
  | { readonly act: "endChild"; readonly child: ChildFacts }
  | { readonly act: "guardian"; readonly guardian: GuardianFacts | null }
  | { readonly act: "endGuardian" | "mergeGuardian"; readonly guardian: GuardianFacts };

interface Props {
  readonly desk: Desk;
  readonly family: FamilyFacts;
  readonly today: string;
  readonly chosen: Chosen | null;
  /** Called when the window closes, with what was done, or null when nothing was. */
  readonly close: (said: string | null) => void;
}

/** The window for the change that was chosen. */
export function FamilyDialogs({ desk, family, today, chosen, close }: Props) {
  const leaveIt = () => close(null);
  switch (chosen?.act) {
    case "edit":
      return <EditFamily family={family} close={leaveIt} changed={() => close("The family is saved.")} />;
    case "merge":
      return <MergeFamilies family={family} close={leaveIt} done={() => close("The two families are one.")} />;
    case "endFamily":
      return (
        <EndFamily
          family={family}
          today={today}
          endsGuardians={may(desk, "MANAGE_PEOPLE")}
          close={leaveIt}
          done={() => close("The family leaves. It stays on record.")}
        />
      );
    case "addChild":
      return <AddChild family={family} close={leaveIt} changed={() => close("The child is added.")} />;
    case "endChild":
      return (
        <EndChild
          child={chosen.child}
          today={today}
          close={leaveIt}
          done={() => close(`${chosen.child.firstName} leaves, and stays on record.`)}
        />
      );
    case "guardian":
      return (
        <GuardianDialog
          family={family}
          guardian={chosen.guardian}
          close={leaveIt}
          changed={() => close("The guardian is saved.")}
        />
      );
    case "mergeGuardian":
      return (
        <MergeGuardians
          family={family}
          guardian={chosen.guardian}
          close={leaveIt}
          done={() => close("The two guardians are one.")}
        />
      );
    case "endGuardian":
      return (
        <EndGuardian
          guardian={chosen.guardian}
          close={leaveIt}
          done={() => close(`${chosen.guardian.firstName} has no access any more.`)}
        />
      );
    default:
      return null;
  }
}
