import { counted } from "../../parts/counted";
import type { CancellationPreview } from "./operations";

interface Props {
  readonly preview: CancellationPreview | null;
  readonly isLoading: boolean;
  readonly fault: string | null;
  readonly withTokens: boolean;
}

/** What cancelling would do. It keeps its place while it is counted again. */
export function Effects({ preview, isLoading, fault, withTokens }: Props) {
  if (fault !== null) {
    return (
      <p className="fault" role="alert">
        {fault}
      </p>
    );
  }
  return (
    <section className="effects" aria-label="What will happen" aria-live="polite" aria-busy={isLoading}>
      {preview === null ? (
        <p>Counting what would happen …</p>
      ) : (
        sentences(preview, withTokens).map(one => <p key={one}>{one}</p>)
      )}
      {preview !== null && withTokens && preview.leftOutCount > 0 && <LeftOut preview={preview} />}
    </section>
  );
}

function LeftOut({ preview }: { preview: CancellationPreview }) {
  return (
    <details>
      <summary>{counted(preview.leftOutCount, "student")} would get no token</summary>
      <ul className="plainList">
        {preview.leftOut.map(one => (
          <li key={one.student.id}>
            {one.student.firstName} {one.student.lastName}: {one.message}
          </li>
        ))}
      </ul>
    </details>
  );
}

const NO_TOKENS: Record<NonNullable<CancellationPreview["noTokensReason"]>, string> = {
  NOT_ASKED: "No makeup tokens are created.",
  NOT_A_CLASS: "Only absences from classes earn makeup tokens, so none are created.",
  NOBODY_ON_ROSTER: "Nobody is on the roll sheet, so no makeup tokens are created.",
  ALL_LEFT_OUT: "No student on the roll sheet gets a token.",
  NONE_NEEDED: "Every student has a token for this class already.",
};

function sentences(preview: CancellationPreview, withTokens: boolean): readonly string[] {
  const [refused] = preview.notCancellable;
  if (preview.occurrenceCount === 0 && refused !== undefined) return [refused.message];
  const told = [`${counted(preview.studentCount, "student")} on the roll sheet.`];
  if (preview.tokensToCreate > 0) told.push(`${counted(preview.tokensToCreate, "makeup token")} will be created.`);
  else if (preview.noTokensReason !== null && withTokens) told.push(NO_TOKENS[preview.noTokensReason]);
  if (preview.emailCount > 0) told.push(`${counted(preview.emailCount, "e-mail")} will be sent.`);
  if (preview.withoutAddressCount > 0) {
    told.push(`${counted(preview.withoutAddressCount, "student")} cannot be told: the family has no e-mail address.`);
  }
  if (preview.tokensToRevoke > 0) {
    told.push(`${counted(preview.tokensToRevoke, "unused token")} of absences will be revoked.`);
  }
  if (preview.tokensToFlag > 0) told.push(`${counted(preview.tokensToFlag, "used token")} will be flagged for review.`);
  if (preview.makeupsToGiveBack > 0) {
    told.push(`${counted(preview.makeupsToGiveBack, "booked makeup")} will end, and the token can be used again.`);
  }
  return told;
}
