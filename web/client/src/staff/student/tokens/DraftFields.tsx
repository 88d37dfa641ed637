import { CheckField, SelectField, TextField } from "../../../parts/Field";
import type { Desk } from "../../operations";
import type { TokenDraft } from "./drafts";
import type { Program } from "./operations";

interface Props {
  readonly desk: Desk;
  readonly programs: readonly Program[];
  readonly draft: TokenDraft;
  /** Whether families see the comment. Null when it is not known here. */
  readonly familiesSee: boolean | null;
  readonly change: (some: Partial<TokenDraft>) => void;
}

/** What a token has: where and for what it can be used, its remark and its dates. */
export function DraftFields({ desk, programs, draft, familiesSee, change }: Props) {
  const seen = familiesSee ? "The family sees it." : "Only staff see it.";
  return (
    <>
      <div className="pair">
        <SelectField
          label="Location"
          value={draft.locationId}
          choices={[["", "Any location"], ...desk.locations.map(one => [one.id, one.name] as const)]}
          change={locationId => change({ locationId })}
        />
        <SelectField
          label="Program"
          value={draft.programId}
          choices={[["", "Any program"], ...programs.map(one => [one.id, one.name] as const)]}
          change={programId => change({ programId })}
        />
        <TextField
          label="Usable from"
          type="date"
          required
          value={draft.issueOn}
          change={issueOn => change({ issueOn })}
        />
        <TextField
          label="Until"
          type="date"
          required={!draft.neverExpires}
          disabled={draft.neverExpires}
          min={draft.issueOn}
          value={draft.neverExpires ? "" : draft.expiresOn}
          change={expiresOn => change({ expiresOn })}
        />
      </div>
      <CheckField
        label="Never expires"
        checked={draft.neverExpires}
        change={neverExpires => change({ neverExpires })}
      />
      <TextField
        label="Comment"
        hint={familiesSee === null ? undefined : seen}
        maxLength={500}
        value={draft.comment}
        change={comment => change({ comment })}
      />
    </>
  );
}
