import { CheckField } from "../../parts/Field";

interface Props {
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
}

/** Whether the families whose classes an act changes get an e-mail. */
export function TellFamilies(props: Props) {
  return <CheckField label="Tell the families by e-mail" {...props} />;
}
