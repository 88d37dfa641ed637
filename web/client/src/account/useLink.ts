import { useEffect, useState } from "react";
import type { ResultOf } from "../graphql";
import { wordsOf } from "../parts/plainFaults";
import { CHECK_LINK } from "./operations";
import { askAnybody } from "./server";

type LinkReason = ResultOf<typeof CHECK_LINK>["checkAccountLink"]["linkReason"];

/** What is known about the link. `over`: why no password can be chosen with it; a reason of null may pass. */
export type LinkState =
  | { readonly state: "asking" | "open" }
  | { readonly state: "over"; readonly reason: LinkReason; readonly message: string };

/** Ask whether a password can be chosen with the link, before anybody types one. */
export function useLink(purpose: "invitation" | "reset", token: string): LinkState {
  const [link, setLink] = useState<LinkState>({ state: "asking" });
  useEffect(() => {
    const asked = purpose === "invitation" ? "INVITATION" : "PASSWORD_RESET";
    askAnybody(CHECK_LINK, { purpose: asked, token }).then(
      ({ checkAccountLink: { isValid, linkReason: reason, message } }) =>
        setLink(isValid ? { state: "open" } : { state: "over", reason, message: message ?? "" }),
      (fault: unknown) => {
        const message = wordsOf(fault, "The server cannot be reached.");
        setLink({ state: "over", reason: null, message });
      },
    );
  }, [purpose, token]);
  return link;
}
